import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { TSchema } from 'typebox';
import { transaction, UNIQUE_VIOLATION } from './database.ts';
import { hash, verify } from './passwords.ts';
import { hashRefreshToken, type Sessions, type SessionTokens, type SessionUser } from './sessions.ts';

/** How a monolith lets people in: what it calls things, where it finds who they are, and in which words it refuses them. */
export type Logins<Inactive extends string, New extends NewUser> = {
  sessions: Sessions;
  pool: pg.Pool;
  bcryptCost: number;
  /** Bodies of a registration, a login and of what has a refresh token, and how somebody new and tokens are shown. */
  schemas: { register: TSchema; login: TSchema; registered: TSchema; refresh: TSchema; tokens: TSchema };
  /** Throws what is wrong with a registration that has the right form. */
  checkNew(body: New): void;
  /** Makes the user, with whatever a new one begins with, and gives what is shown of them. */
  make(tx: pg.PoolClient, body: New, passwordHash: string): Promise<SessionUser>;
  shown(tokens: SessionTokens): object;
  refreshTokenIn(body: unknown): string;
  /** Who has an address, as it was typed in. */
  findByEmail(email: string): Promise<(Known & { passwordHash: string }) | undefined>;
  /** Whose a refresh token is, by its hash. */
  findByToken(hash: string): Promise<(Known & { isOver?: boolean }) | undefined>;
  /** How it is answered that a refresh token is good no more. */
  ended: { status: number; schema: TSchema; body?: object };
  error(code: Refusal | Inactive): Error;
  statusesOf(...codes: (Refusal | Inactive)[]): number[];
  /** Of whom is locked out. */
  inactive: Inactive;
};

type Known = SessionUser & { isActive: boolean };
type NewUser = { password: string };
type Refusal = 'BAD_LOGIN' | 'BAD_REFRESH_TOKEN' | 'EMAIL_TAKEN';

/** Registration, login, refresh and logout. A refresh token is never rotated: the same one comes back until it expires. */
export function loginRoutes<Inactive extends string, New extends NewUser>(
  app: FastifyInstance,
  { sessions, pool, schemas, shown, error, statusesOf, inactive, ...of }: Logins<Inactive, New>,
): void {
  app.post(
    '/auth/register',
    {
      config: { errors: statusesOf('EMAIL_TAKEN') },
      schema: { body: schemas.register, response: { 201: schemas.registered } },
    },
    async (request, reply) => {
      const body = request.body as New;
      of.checkNew(body);
      const passwordHash = await hash(body.password, of.bcryptCost);
      const registered = await transaction(pool, async (tx) => {
        const user = await of.make(tx, body, passwordHash);
        return { user, ...shown(await sessions.open(tx, user)) };
      }).catch((failure: pg.DatabaseError) => {
        throw failure.code === UNIQUE_VIOLATION ? error('EMAIL_TAKEN') : failure;
      });
      return await reply.code(201).send(registered);
    },
  );

  // Compared with if there is no such user, so that how long it takes tells nobody who is one.
  let ofNobody: Promise<string> | undefined;

  app.post<{ Body: { email: string; password: string } }>(
    '/auth/login',
    {
      config: { errors: statusesOf('BAD_LOGIN', inactive) },
      schema: { body: schemas.login, response: { 200: schemas.tokens } },
    },
    async ({ body: { email, password } }) => {
      const user = await of.findByEmail(email);
      ofNobody ??= hash('of nobody', of.bcryptCost);
      const isGood = await verify(password, user?.passwordHash ?? (await ofNobody));
      if (!user || !isGood) throw error('BAD_LOGIN');
      if (!user.isActive) throw error(inactive);
      return shown(await sessions.open(pool, user));
    },
  );

  app.post(
    '/auth/refresh',
    {
      config: { errors: statusesOf('BAD_REFRESH_TOKEN', inactive) },
      schema: { body: schemas.refresh, response: { 200: schemas.tokens } },
    },
    async ({ body }) => {
      const token = of.refreshTokenIn(body);
      const user = await of.findByToken(hashRefreshToken(token));
      if (user && !user.isActive) throw error(inactive);
      if (!user || user.isOver) throw error('BAD_REFRESH_TOKEN');
      return shown(await sessions.goOn(user, token));
    },
  );

  app.post(
    '/auth/logout',
    { schema: { body: schemas.refresh, response: { [of.ended.status]: of.ended.schema } } },
    async ({ body }, reply) => {
      await sessions.end(pool, of.refreshTokenIn(body));
      return await reply.code(of.ended.status).send(of.ended.body);
    },
  );
}
