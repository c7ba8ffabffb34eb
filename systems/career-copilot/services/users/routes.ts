import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import {
  defineErrors,
  etagOf,
  ifMatch,
  implement,
  principalOf,
  type ServiceApp,
  type ServiceClient,
  type ServiceContext,
  service,
  signedIn,
} from '@banyan/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { API, Id } from '../../api/common.ts';
import { Profile, ProfileChanges, PublicProfile } from '../../api/users.ts';
import type { contracts as auth } from '../../contracts/auth.ts';
import type { publicApi } from '../../contracts/public-api.ts';
import { contracts } from '../../contracts/users.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { ApiError, statusesOf } from '../../kit/legacy-errors.ts';
import type { Skills } from '../../kit/skills/skills.ts';
import { accountId } from '../../kit/tokens.ts';
import { columnsOf, fieldsOf, visibleTo } from './decide.ts';
import { type Caller, findCaller } from './newcomer.ts';
import { type ChangeProfile, personalRoutes } from './personal-routes.ts';
import { resumeRoutes } from './resume-routes.ts';
import * as store from './store.ts';

const errors = defineErrors({
  PROFILE_CHANGED: [412, 'The profile has changed since it was read. Read it again.'],
});

/** What routes are given. */
export type Given = {
  events: Events<typeof contracts>;
  accounts: ServiceClient<(typeof auth)['operations']>;
  api: ServiceClient<typeof publicApi>;
  skills: Skills;
};

export async function routes(
  app: ServiceApp,
  { pool, events, accounts, api, skills }: ServiceContext<unknown, Given>,
): Promise<void> {
  const caller: Caller = (request, options) =>
    findCaller(request, pool, { ...options, id: accountId(principalOf(request).subject), accounts });
  const change: ChangeProfile = async (id, columns, write) =>
    await withTransaction(pool, async (tx) => {
      const done = await write(tx);
      const changed = fieldsOf(Object.keys(columns));
      if (done && changed.length > 0) {
        await events.publish(tx, 'ProfileChanged', { userId: id, changed, updatedBy: id });
      }
      return done;
    });
  const identify = async (request: FastifyRequest) => {
    request.profile = await caller(request);
  };
  const ofUser = (...statuses: number[]) => ({
    config: {
      allow: [signedIn],
      errors: [...statusesOf('BAD_CREDENTIALS', 'INACTIVE_USER'), ...statuses],
    },
    onRequest: identify,
  });

  app.decorateRequest('profile', null);
  await app.register(
    async (legacy: ServiceApp) => {
      answerAsLegacy(legacy);

      legacy.get(
        '/users/me',
        { ...ofUser(), schema: { response: { 200: Profile } } },
        async (request, reply) => tagged(reply, current(request)),
      );

      legacy.get(
        '/users/:id',
        {
          ...ofUser(...statusesOf('USER_NOT_FOUND')),
          schema: { params: Id, response: { 200: PublicProfile } },
        },
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
        { ...ofUser(412), schema: { body: ProfileChanges, response: { 200: Profile } } },
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

  await app.register(async (resumes: ServiceApp) => resumeRoutes(resumes, { pool, caller, change, skills }), {
    prefix: API,
  });
  standingRoutes(app, pool);
}

/** What other services ask of somebody. */
function standingRoutes(app: ServiceApp, pool: pg.Pool): void {
  implement(
    app,
    contracts.operations,
    {
      getStanding: async ({ params }) => {
        const profile = await store.findProfile(pool, params.id);
        return { known: profile !== undefined, active: profile?.is_active ?? false };
      },
    },
    { getStanding: { config: { allow: [service()] } } },
  );
}

/** One that was left alone is tried again soon: people wait for it. */
function current(request: FastifyRequest): store.StoredProfile {
  if (!request.profile) throw new ApiError('NOT_AUTHENTICATED');
  return request.profile;
}

function tagged(reply: FastifyReply, profile: store.StoredProfile): store.StoredProfile {
  reply.header('etag', etagOf(profile.revision));
  return profile;
}
