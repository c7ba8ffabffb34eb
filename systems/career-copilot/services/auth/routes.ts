import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import {
  createPasswords,
  GatewayConfig,
  type KeyValueStore,
  principalOf,
  publicKeysAt,
  type ServiceApp,
  type ServiceContext,
  signedIn,
  type TokenSigner,
} from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  Account,
  LoginRequest,
  PasswordRequest,
  RefreshRequest,
  Registered,
  RegisterRequest,
  Tokens,
} from '../../api/auth.ts';
import { API, Message } from '../../api/common.ts';
import type { contracts } from '../../contracts/auth.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { ApiError, type ApiErrorCode, statusesOf } from '../../kit/legacy-errors.ts';
import { checkNewPassword } from '../../kit/passwords.ts';
import { JWKS_PATH } from '../../kit/tokens.ts';
import { adminRoutes, ownAccountRoutes } from './admin-routes.ts';
import { normalizeEmail, type PasswordScheme } from './decide.ts';
import { createLogin } from './login.ts';
import { mailRoutes } from './mail/routes.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { hasherOf } from './passwords.ts';
import { createSecondFactors } from './second-factor.ts';
import { secondFactorRoutes } from './second-factor-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { createSessions } from './sessions.ts';
import * as store from './store.ts';

export const Config = Type.Object({
  ...GatewayConfig.properties,
  REFRESH_TOKEN_DAYS: Type.Integer({ minimum: 1, default: 30 }),
  REFRESH_GRACE_SECONDS: Type.Number({ minimum: 0, default: 10 }),
  /** bcrypt as long as the legacy system must read the hashes; argon2id afterwards upgrades them at login. */
  PASSWORD_HASH: Type.Unsafe<PasswordScheme>({
    type: 'string',
    enum: ['bcrypt', 'argon2id'],
    default: 'bcrypt',
  }),
  BCRYPT_COST: Type.Integer({ minimum: 4, maximum: 31, default: 10 }),
});

type Provided = {
  signer: TokenSigner;
  limits: KeyValueStore;
  events: Events<typeof contracts>;
};

export async function routes(
  app: ServiceApp,
  { pool, config, signer, limits, events }: ServiceContext<Static<typeof Config>, Provided>,
): Promise<void> {
  const passwords = createPasswords(hasherOf(config.PASSWORD_HASH, config.BCRYPT_COST), {
    refuse: () => new ApiError('OVERLOADED'),
  });
  const sessions = createSessions(
    pool,
    { signer, events },
    {
      refreshTokenDays: config.REFRESH_TOKEN_DAYS,
      graceMs: config.REFRESH_GRACE_SECONDS * 1000,
    },
  );
  const factors = createSecondFactors(pool, signer.encryption);
  const logIn = createLogin(pool, { passwords, factors, scheme: config.PASSWORD_HASH });
  const identify = async (request: FastifyRequest) => {
    request.account = await store.findCaller(pool, principalOf(request));
  };
  const ofAccount = (...codes: ApiErrorCode[]) => ({
    config: { allow: [signedIn], errors: statusesOf('BAD_CREDENTIALS', 'INACTIVE_USER', ...codes) },
    onRequest: identify,
  });

  app.decorateRequest('account', null);
  publicKeysAt(app, JWKS_PATH, signer);

  await app.register(
    async (legacy: ServiceApp) => {
      answerAsLegacy(legacy);

      legacy.post(
        '/auth/register',
        { config: open('EMAIL_TAKEN'), schema: { body: RegisterRequest, response: { 201: Registered } } },
        async ({ body }, reply) => {
          checkNewPassword(body.password);
          const passwordHash = await passwords.hash(body.password);
          const registered = await withTransaction(pool, async (client) => {
            const account = await store.insertAccount(client, {
              email: normalizeEmail(body.email),
              passwordHash,
              displayName: body.full_name,
            });
            const { id: userId, email, display_name: fullName, role, created_at: createdAt } = account;
            const registeredAt = createdAt.toISOString();
            const told = { userId, email, fullName, role, registeredAt, awaitsConfirmation: true };
            await events.publish(client, 'UserRegistered', told);
            const user = { ...account, full_name: fullName };
            return { user, ...(await sessions.open(client, account)) };
          });
          return await reply.code(201).send(registered);
        },
      );

      legacy.post(
        '/auth/login',
        {
          config: open('BAD_LOGIN', 'INACTIVE_USER', 'CODE_NEEDED', 'CODES_LOCKED'),
          schema: { body: LoginWithCode, response: { 200: Tokens } },
        },
        async ({ body }) => {
          const account = await logIn(body);
          return await withTransaction(pool, async (tx) => await sessions.open(tx, account));
        },
      );

      legacy.post(
        '/auth/refresh',
        {
          config: open('BAD_REFRESH_TOKEN', 'INACTIVE_USER'),
          schema: { body: RefreshRequest, response: { 200: Tokens } },
        },
        async ({ body }) => await sessions.refresh(body.refresh_token),
      );

      legacy.post(
        '/auth/logout',
        { config: open(), schema: { body: RefreshRequest, response: { 200: Message } } },
        async ({ body }) => {
          await sessions.close(body.refresh_token);
          return { message: 'Successfully logged out' };
        },
      );

      legacy.get('/auth/me', { ...ofAccount(), schema: { response: { 200: Account } } }, async (request) =>
        current(request),
      );

      legacy.put(
        '/users/me/password',
        { ...ofAccount('WRONG_PASSWORD'), schema: { body: PasswordRequest, response: { 200: Message } } },
        async (request) => {
          const { id, password_hash: from } = current(request);
          if (!(await passwords.verify(request.body.current_password, from))) {
            throw new ApiError('WRONG_PASSWORD');
          }
          checkNewPassword(request.body.new_password);
          const to = await passwords.hash(request.body.new_password);
          await withTransaction(pool, async (tx) => {
            // Somebody else changed it meanwhile: the current password given is not the current one any more.
            if (!(await store.replacePasswordHash(tx, { id, from, to, changed: true }))) {
              throw new ApiError('WRONG_PASSWORD');
            }
            await events.publish(tx, 'PasswordChanged', { userId: id });
          });
          return { message: 'Password updated' };
        },
      );
    },
    { prefix: API },
  );

  await app.register(
    async (api: ServiceApp) => {
      adminRoutes(api, pool, events);
      sessionRoutes(api, pool, sessions);
      secondFactorRoutes(api, pool, factors);
      mailRoutes(api, { pool, limits, passwords, sessions, events });
    },
    { prefix: API },
  );
  ownAccountRoutes(app, pool, events);
  if (config.API_URL !== undefined)
    await oauthRoutes(app, { pool, signer, limits, logIn, issuer: config.API_URL });
}

/** What the legacy API takes, and the code of those who have a second factor. */
const LoginWithCode = Type.Object({
  ...LoginRequest.properties,
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
});

const open = (...codes: ApiErrorCode[]) => ({ allow: 'everybody' as const, errors: statusesOf(...codes) });

function current(request: FastifyRequest): store.Account {
  if (!request.account) throw new ApiError('NOT_AUTHENTICATED');
  return request.account;
}
