import type { Events } from '@banyan/events';
import { type Db, withTransaction } from '@banyan/postgres';
import type { Passwords, ServiceApp } from '@banyan/service';
import { LoginRequest, RefreshRequest, Registered, RegisterRequest, Tokens } from '../../api/auth.ts';
import { Done } from '../../api/common.ts';
import type { ErrorCode } from '../../api/errors.ts';
import type { contracts } from '../../contracts/user.ts';
import { checkPassword, normalizeEmail } from '../../kit/accounts.ts';
import { ApiError, statusesOf } from '../../kit/problems.ts';
import { checkZone } from '../../kit/zones.ts';
import { registration } from './facts.ts';
import type { Logins } from './logins.ts';
import { findLogin, insertUser } from './store.ts';

type Context = {
  pool: Db;
  passwords: Passwords;
  logins: Logins;
  events: Pick<Events<typeof contracts>, 'publish'>;
};

/** How people come in, and go. */
export function authRoutes(app: ServiceApp, { pool, passwords, logins, events }: Context): void {
  app.post(
    '/auth/register',
    { config: open('EMAIL_TAKEN'), schema: { body: RegisterRequest, response: { 201: Registered } } },
    async ({ body }, reply) => {
      const { email, password, fullName, timeZone = 'UTC' } = body;
      checkZone(timeZone);
      checkPassword(password);
      const passwordHash = await passwords.hash(password);
      const registered = await withTransaction(pool, async (tx) => {
        const given = { email: normalizeEmail(email), passwordHash, fullName, timeZone };
        const { user, after } = await insertUser(tx, given);
        const { type, data } = registration(after);
        await events.publish(tx, type, data);
        return { user, ...(await logins.open(tx, user)) };
      });
      return await reply.code(201).send(registered);
    },
  );

  app.post(
    '/auth/login',
    {
      config: open('BAD_LOGIN', 'ACCOUNT_INACTIVE'),
      schema: { body: LoginRequest, response: { 200: Tokens } },
    },
    async ({ body: { email, password } }) => {
      const user = await findLogin(pool, normalizeEmail(email));
      if (!user) await passwords.pretend(password);
      if (!user || !(await passwords.verify(password, user.passwordHash))) throw new ApiError('BAD_LOGIN');
      if (user.status !== 'ACTIVE') throw new ApiError('ACCOUNT_INACTIVE');
      return await logins.open(pool, user);
    },
  );

  app.post(
    '/auth/refresh',
    {
      config: open('BAD_REFRESH_TOKEN', 'ACCOUNT_INACTIVE'),
      schema: { body: RefreshRequest, response: { 200: Tokens } },
    },
    async ({ body: { refreshToken } }) => {
      const user = await logins.ownerOf(pool, refreshToken);
      // A suspension ends logins too: that is said, and not that they are over.
      if (user && user.status !== 'ACTIVE') throw new ApiError('ACCOUNT_INACTIVE');
      if (!user || user.isOver) throw new ApiError('BAD_REFRESH_TOKEN');
      return await logins.goOn(user, refreshToken);
    },
  );

  app.post(
    '/auth/logout',
    { config: open(), schema: { body: RefreshRequest, response: { 204: Done } } },
    async ({ body }, reply) => {
      await logins.end(pool, body.refreshToken);
      return await reply.code(204).send(null);
    },
  );
}

const open = (...codes: ErrorCode[]) => ({ allow: 'everybody' as const, errors: statusesOf(...codes) });
