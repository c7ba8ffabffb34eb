import { loginRoutes, type SessionTokens } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import { LoginRequest, RefreshRequest, Registered, RegisterRequest, Tokens } from '../../api/auth.ts';
import { Done } from '../../api/common.ts';
import { checkPassword, normalizeEmail } from '../../kit/accounts.ts';
import { ApiError, statusesOf } from '../../kit/problems.ts';
import { checkZone } from '../../kit/zones.ts';
import type { Context } from '../context.ts';
import { USER_COLUMNS } from './users.ts';

type UserRow = { id: string; role: string; isActive: boolean; passwordHash: string; isOver?: boolean };
const KNOWN = `users_legacy.id, role, status = 'ACTIVE' AS "isActive"`;

export function authRoutes(app: FastifyInstance, { pool, settings, sessions }: Context): void {
  const { bcryptCost, accessTokenSeconds: expiresIn } = settings;
  const shown = (tokens: SessionTokens) => ({ ...tokens, tokenType: 'Bearer', expiresIn });

  loginRoutes(app, {
    ...{ pool, sessions, bcryptCost, shown, statusesOf, inactive: 'ACCOUNT_INACTIVE' },
    error: (code) => new ApiError(code),
    schemas: {
      ...{ register: RegisterRequest, registered: Registered, login: LoginRequest },
      ...{ refresh: RefreshRequest, tokens: Tokens },
    },
    checkNew: ({ password, timeZone = 'UTC' }: RegisterRequest) => {
      checkZone(timeZone);
      checkPassword(password);
    },
    make: async (tx, { email, fullName, timeZone = 'UTC' }, passwordHash) => {
      const { rows } = await tx.query(
        `INSERT INTO users_legacy (email, password_hash, full_name, time_zone) VALUES ($1, $2, $3, $4)
         RETURNING ${USER_COLUMNS}`,
        [normalizeEmail(email), passwordHash, fullName, timeZone],
      );
      const user = rows[0];
      await tx.query('INSERT INTO skill_profiles (user_id) VALUES ($1)', [user.id]);
      await tx.query('INSERT INTO wallets (user_id) VALUES ($1)', [user.id]);
      return user;
    },
    refreshTokenIn: (body) => (body as RefreshRequest).refreshToken,
    findByEmail: async (email) =>
      await find(
        `SELECT ${KNOWN}, password_hash AS "passwordHash" FROM users_legacy WHERE email = $1`,
        normalizeEmail(email),
      ),
    // A suspension ends logins too: that is said, and not that they are over.
    findByToken: async (tokenHash) =>
      await find(
        `SELECT ${KNOWN}, revoked OR expires_at <= now() AS "isOver"
         FROM refresh_tokens JOIN users_legacy ON users_legacy.id = user_id WHERE token_hash = $1`,
        tokenHash,
      ),
    ended: { status: 204, schema: Done },
  });

  async function find(text: string, value: string): Promise<UserRow | undefined> {
    return (await pool.query<UserRow>(text, [value])).rows[0];
  }
}
