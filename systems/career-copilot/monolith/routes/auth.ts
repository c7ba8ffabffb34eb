import { hash, loginRoutes, type SessionTokens, verify } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
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
import { checkNewPassword } from '../../kit/passwords.ts';
import type { Context } from '../context.ts';
import { currentUser, shownTokens } from '../security.ts';

type UserRow = { id: number; role: string; isActive: boolean; passwordHash: string };
const KNOWN = 'users.id, role, is_active AS "isActive"';

export function authRoutes(app: FastifyInstance, { pool, settings, sessions, ofUser }: Context): void {
  const { bcryptCost } = settings;
  const shown = (tokens: SessionTokens) => shownTokens(tokens, settings.accessTokenSeconds);

  loginRoutes(app, {
    ...{ pool, sessions, bcryptCost, shown, statusesOf, inactive: 'INACTIVE_USER' },
    error: (code) => new ApiError(code),
    schemas: {
      ...{ register: RegisterRequest, registered: Registered, login: LoginRequest },
      ...{ refresh: RefreshRequest, tokens: Tokens },
    },
    checkNew: ({ password }: RegisterRequest) => checkNewPassword(password),
    make: async (tx, { email, full_name }, passwordHash) => {
      const { rows } = await tx.query(
        `INSERT INTO users (email, hashed_password, full_name) VALUES ($1, $2, $3)
         RETURNING id, email, full_name, is_active, role, created_at`,
        [normalizeEmail(email), passwordHash, full_name],
      );
      return rows[0];
    },
    refreshTokenIn: (body) => (body as RefreshRequest).refresh_token,
    findByEmail: async (email) =>
      await find(
        `SELECT ${KNOWN}, hashed_password AS "passwordHash" FROM users WHERE email = $1`,
        normalizeEmail(email),
      ),
    findByToken: async (tokenHash) =>
      await find(
        `SELECT ${KNOWN} FROM refresh_tokens JOIN users ON users.id = user_id
         WHERE token_hash = $1 AND NOT revoked AND expires_at > now()`,
        tokenHash,
      ),
    ended: { status: 200, schema: Message, body: { message: 'Successfully logged out' } },
  });

  app.get('/auth/me', { ...ofUser(), schema: { response: { 200: Account } } }, async (request) =>
    currentUser(request),
  );

  app.put<{ Body: PasswordRequest }>(
    '/users/me/password',
    { ...ofUser('WRONG_PASSWORD'), schema: { body: PasswordRequest, response: { 200: Message } } },
    async (request) => {
      const { id } = currentUser(request);
      const user = await find('SELECT hashed_password AS "passwordHash" FROM users WHERE id = $1', id);
      if (!(await verify(request.body.current_password, user?.passwordHash ?? ''))) {
        throw new ApiError('WRONG_PASSWORD');
      }
      checkNewPassword(request.body.new_password);
      await pool.query('UPDATE users SET hashed_password = $2, password_changed_at = now() WHERE id = $1', [
        id,
        await hash(request.body.new_password, bcryptCost),
      ]);
      return { message: 'Password updated' };
    },
  );

  async function find(text: string, value: unknown): Promise<UserRow | undefined> {
    return (await pool.query<UserRow>(text, [value])).rows[0];
  }
}

function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
