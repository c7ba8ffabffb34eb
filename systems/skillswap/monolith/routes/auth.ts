import {
  hash,
  hashRefreshToken,
  type SessionTokens,
  transaction,
  UNIQUE_VIOLATION,
  verify,
} from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { LoginRequest, RefreshRequest, Registered, RegisterRequest, Tokens } from '../../api/auth.ts';
import { Done } from '../../api/common.ts';
import { checkPassword, normalizeEmail } from '../../kit/accounts.ts';
import { ApiError, statusesOf } from '../../kit/problems.ts';
import { checkZone } from '../../kit/zones.ts';
import type { Context } from '../context.ts';
import { USER_COLUMNS } from './users.ts';

type UserRow = { id: string; password_hash: string; status: string; role: string };

export function authRoutes(app: FastifyInstance, { pool, settings, sessions }: Context): void {
  const shown = (tokens: SessionTokens) => ({
    ...tokens,
    tokenType: 'Bearer',
    expiresIn: settings.accessTokenSeconds,
  });
  // Compared with if there is no such user, so that how long it takes tells nobody who is one.
  let ofNobody: Promise<string> | undefined;

  app.post<{ Body: RegisterRequest }>(
    '/auth/register',
    {
      config: { errors: statusesOf('EMAIL_TAKEN') },
      schema: { body: RegisterRequest, response: { 201: Registered } },
    },
    async ({ body }, reply) => {
      const { email, password, fullName, timeZone = 'UTC' } = body;
      checkZone(timeZone);
      checkPassword(password);
      const passwordHash = await hash(password, settings.bcryptCost);
      const registered = await transaction(pool, async (client) => {
        const { rows } = await client.query(
          `INSERT INTO users_legacy (email, password_hash, full_name, time_zone) VALUES ($1, $2, $3, $4)
           RETURNING ${USER_COLUMNS}`,
          [normalizeEmail(email), passwordHash, fullName, timeZone],
        );
        const user = rows[0];
        await client.query('INSERT INTO skill_profiles (user_id) VALUES ($1)', [user.id]);
        await client.query('INSERT INTO wallets (user_id) VALUES ($1)', [user.id]);
        return { user, ...shown(await sessions.open(client, user)) };
      }).catch((error: pg.DatabaseError) => {
        throw error.code === UNIQUE_VIOLATION ? new ApiError('EMAIL_TAKEN') : error;
      });
      return await reply.code(201).send(registered);
    },
  );

  app.post<{ Body: LoginRequest }>(
    '/auth/login',
    {
      config: { errors: statusesOf('BAD_LOGIN', 'ACCOUNT_INACTIVE') },
      schema: { body: LoginRequest, response: { 200: Tokens } },
    },
    async ({ body }) => {
      const { rows } = await pool.query<UserRow>(
        'SELECT id, password_hash, status, role FROM users_legacy WHERE email = $1',
        [normalizeEmail(body.email)],
      );
      const user = rows[0];
      ofNobody ??= hash('of nobody', settings.bcryptCost);
      const good = await verify(body.password, user?.password_hash ?? (await ofNobody));
      if (!user || !good) throw new ApiError('BAD_LOGIN');
      if (user.status !== 'ACTIVE') throw new ApiError('ACCOUNT_INACTIVE');
      return shown(await sessions.open(pool, user));
    },
  );

  app.post<{ Body: RefreshRequest }>(
    '/auth/refresh',
    {
      config: { errors: statusesOf('BAD_REFRESH_TOKEN', 'ACCOUNT_INACTIVE') },
      schema: { body: RefreshRequest, response: { 200: Tokens } },
    },
    async ({ body }) => {
      const { rows } = await pool.query<Omit<UserRow, 'password_hash'> & { isOver: boolean }>(
        `SELECT users_legacy.id, status, role, revoked OR expires_at <= now() AS "isOver"
         FROM refresh_tokens JOIN users_legacy ON users_legacy.id = user_id WHERE token_hash = $1`,
        [hashRefreshToken(body.refreshToken)],
      );
      const user = rows[0];
      // A suspension ends logins too: that is said, and not that they are over.
      if (user && user.status !== 'ACTIVE') throw new ApiError('ACCOUNT_INACTIVE');
      if (!user || user.isOver) throw new ApiError('BAD_REFRESH_TOKEN');
      return shown(await sessions.goOn(user, body.refreshToken));
    },
  );

  app.post<{ Body: RefreshRequest }>(
    '/auth/logout',
    { schema: { body: RefreshRequest, response: { 204: Done } } },
    async ({ body }, reply) => {
      await sessions.end(pool, body.refreshToken);
      return await reply.code(204).send();
    },
  );
}
