import {
  hash,
  hashRefreshToken,
  type SessionTokens,
  transaction,
  UNIQUE_VIOLATION,
  verify,
} from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type { DatabaseError } from 'pg';
import {
  Account,
  LoginRequest,
  PasswordRequest,
  RefreshRequest,
  Registered,
  RegisterRequest,
  Tokens,
} from '../../api/auth.ts';
import { Message } from '../../api/common.ts';
import { ApiError, statusesOf } from '../../kit/legacy-errors.ts';
import type { Context } from '../context.ts';
import { currentUser, shownTokens } from '../security.ts';

type UserRow = { id: number; hashed_password: string; is_active: boolean; role: string };

export function authRoutes(app: FastifyInstance, { pool, settings, sessions, ofUser }: Context): void {
  const tokens = (opened: SessionTokens) => shownTokens(opened, settings.accessTokenSeconds);

  app.post<{ Body: RegisterRequest }>(
    '/auth/register',
    {
      config: { errors: statusesOf('EMAIL_TAKEN') },
      schema: { body: RegisterRequest, response: { 201: Registered } },
    },
    async ({ body }, reply) => {
      const hashedPassword = await hash(body.password, settings.bcryptCost);
      const registered = await transaction(pool, async (client) => {
        const { rows } = await client.query(
          `INSERT INTO users (email, hashed_password, full_name) VALUES ($1, $2, $3)
           RETURNING id, email, full_name, is_active, role, created_at`,
          [normalizeEmail(body.email), hashedPassword, body.full_name],
        );
        return { user: rows[0], ...tokens(await sessions.open(client, rows[0])) };
      }).catch((error: DatabaseError) => {
        throw error.code === UNIQUE_VIOLATION ? new ApiError('EMAIL_TAKEN') : error;
      });
      return await reply.code(201).send(registered);
    },
  );

  app.post<{ Body: LoginRequest }>(
    '/auth/login',
    {
      config: { errors: statusesOf('BAD_LOGIN', 'INACTIVE_USER') },
      schema: { body: LoginRequest, response: { 200: Tokens } },
    },
    async ({ body }) => {
      const { rows } = await pool.query<UserRow>(
        'SELECT id, hashed_password, is_active, role FROM users WHERE email = $1',
        [normalizeEmail(body.email)],
      );
      const user = rows[0];
      if (!user || !(await verify(body.password, user.hashed_password))) throw new ApiError('BAD_LOGIN');
      if (!user.is_active) throw new ApiError('INACTIVE_USER');
      return tokens(await sessions.open(pool, user));
    },
  );

  // The legacy system never rotated refresh tokens: the same one comes back until it expires.
  app.post<{ Body: RefreshRequest }>(
    '/auth/refresh',
    {
      config: { errors: statusesOf('BAD_REFRESH_TOKEN', 'INACTIVE_USER') },
      schema: { body: RefreshRequest, response: { 200: Tokens } },
    },
    async ({ body }) => {
      const { rows } = await pool.query<UserRow>(
        `SELECT users.id, is_active, role FROM refresh_tokens JOIN users ON users.id = user_id
         WHERE token_hash = $1 AND NOT revoked AND expires_at > now()`,
        [hashRefreshToken(body.refresh_token)],
      );
      const user = rows[0];
      if (!user) throw new ApiError('BAD_REFRESH_TOKEN');
      if (!user.is_active) throw new ApiError('INACTIVE_USER');
      return tokens(await sessions.goOn(user, body.refresh_token));
    },
  );

  app.post<{ Body: RefreshRequest }>(
    '/auth/logout',
    { schema: { body: RefreshRequest, response: { 200: Message } } },
    async ({ body }) => {
      await sessions.end(pool, body.refresh_token);
      return { message: 'Successfully logged out' };
    },
  );

  app.get('/auth/me', { ...ofUser(), schema: { response: { 200: Account } } }, async (request) =>
    currentUser(request),
  );

  app.put<{ Body: PasswordRequest }>(
    '/users/me/password',
    { ...ofUser('WRONG_PASSWORD'), schema: { body: PasswordRequest, response: { 200: Message } } },
    async (request) => {
      const { id } = currentUser(request);
      const { rows } = await pool.query<UserRow>('SELECT hashed_password FROM users WHERE id = $1', [id]);
      if (!(await verify(request.body.current_password, rows[0]?.hashed_password ?? ''))) {
        throw new ApiError('WRONG_PASSWORD');
      }
      await pool.query('UPDATE users SET hashed_password = $2, password_changed_at = now() WHERE id = $1', [
        id,
        await hash(request.body.new_password, settings.bcryptCost),
      ]);
      return { message: 'Password updated' };
    },
  );
}

function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
