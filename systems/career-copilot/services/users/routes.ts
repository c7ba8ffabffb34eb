import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import {
  answerErrors,
  defineErrors,
  etagOf,
  ifMatch,
  principalOf,
  problemAnswer,
  type ServiceApp,
  type ServiceContext,
  ServiceError,
  serviceClient,
  signedIn,
} from '@banyan/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  API,
  ApiError,
  accountId,
  contracts,
  Id,
  legacyAnswer,
  legacyError,
  Profile,
  ProfileChanges,
  PublicProfile,
  publicApi,
  statusesOf,
} from '../../contracts.ts';
import { settleWhenLinkEnds } from './account-news.ts';
import { columnsOf, visibleTo } from './decide.ts';
import { type Caller, findCaller } from './newcomer.ts';
import { type ChangeProfile, personalRoutes } from './personal-routes.ts';
import * as store from './store.ts';

export const Config = Type.Object({
  /** The auth service, for its public keys. Leave it out while only the legacy system gives out tokens. */
  AUTH_URL: Type.Optional(Type.String({ minLength: 1 })),
  /** The legacy system's secret: whoever it logged in stays logged in. Leave it out once it is retired. */
  LEGACY_JWT_SECRET: Type.Optional(Type.String({ minLength: 1 })),
  /** The public API as clients reach it (the gateway), for what an export or a deletion needs of other services. */
  API_URL: Type.Optional(Type.String({ minLength: 1 })),
});

const errors = defineErrors({
  PROFILE_CHANGED: [412, 'The profile has changed since it was read. Read it again.'],
});

export async function routes(
  app: ServiceApp,
  { pool, config, events }: ServiceContext<Static<typeof Config>, { events: Events<typeof contracts> }>,
): Promise<void> {
  const accounts = serviceClient(contracts.operations, { baseUrls: { auth: at(config.AUTH_URL) }, policy });
  const api = serviceClient(publicApi, { baseUrls: { api: at(config.API_URL) }, policy });
  app.addHook('onClose', async () => {
    await accounts[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });
  settleWhenLinkEnds(app, pool, config.LEGACY_JWT_SECRET !== undefined);

  const caller: Caller = (request, options) =>
    findCaller(request, pool, { ...options, id: accountId(principalOf(request).subject), accounts });
  const change: ChangeProfile = async (id, columns, write) =>
    await withTransaction(pool, async (tx) => {
      const done = await write(tx);
      const changed = Object.keys(columns).map(camelCase);
      if (done && changed.length > 0) {
        await events.publish(tx, 'ProfileChanged', { userId: id, changed, updatedBy: id });
      }
      return done;
    });
  const identify = async (request: FastifyRequest) => {
    request.profile = await caller(request);
  };
  const ofUser = {
    config: {
      allow: [signedIn],
      errors: [...statusesOf('BAD_CREDENTIALS', 'INACTIVE_USER', 'USER_NOT_FOUND'), 412],
    },
    onRequest: identify,
  };

  app.decorateRequest('profile', null);
  await app.register(
    async (legacy: ServiceApp) => {
      // What the legacy API never had (a condition that fails) is a problem document among its answers.
      answerErrors(legacy, (thrown, requestId) => {
        const error = legacyError(thrown);
        return error instanceof ServiceError ? problemAnswer(error, requestId) : legacyAnswer(error);
      });

      legacy.get('/users/me', { ...ofUser, schema: { response: { 200: Profile } } }, async (request, reply) =>
        tagged(reply, current(request)),
      );

      legacy.get(
        '/users/:id',
        { ...ofUser, schema: { params: Id, response: { 200: PublicProfile } } },
        async (request) => {
          const { id } = request.params;
          const viewer = current(request);
          const profile = viewer.id === id ? viewer : await store.findProfile(pool, id);
          const visible = profile?.is_active && visibleTo(viewer, profile, profile.privacy_settings);
          if (!visible) throw new ApiError('USER_NOT_FOUND');
          return visible;
        },
      );

      legacy.put(
        '/users/me',
        { ...ofUser, schema: { body: ProfileChanges, response: { 200: Profile } } },
        async (request, reply) => {
          const profile = current(request);
          const expected = ifMatch(request, { required: false });
          const columns = columnsOf(request.body);
          if (Object.keys(columns).length === 0 && !expected) return tagged(reply, profile);
          const changed = await change(profile.id, columns, (tx) =>
            store.updateProfile(tx, profile.id, columns, expected),
          );
          if (!changed) throw errors('PROFILE_CHANGED');
          return tagged(reply, changed);
        },
      );
    },
    { prefix: API },
  );

  await app.register(
    async (personal: ServiceApp) => personalRoutes(personal, { pool, caller, change, api }),
    { prefix: API },
  );
}

/** One that was left alone is tried again soon: people wait for it. */
const policy = { deadlineMs: 5_000, breaker: { openMs: 5_000 } };

const at = (url: string | undefined) => (url === undefined ? [] : [url]);

const camelCase = (column: string) => column.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase());

function current(request: FastifyRequest): store.StoredProfile {
  if (!request.profile) throw new ApiError('NOT_AUTHENTICATED');
  return request.profile;
}

function tagged(reply: FastifyReply, profile: store.StoredProfile): store.StoredProfile {
  reply.header('etag', etagOf(profile.revision));
  return profile;
}
