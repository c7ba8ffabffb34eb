import { defineErrors, type ServiceApp, type ServiceClient, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { Id, Nullable } from '../../api/common.ts';
import type { publicApi } from '../../contracts/public-api.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { ANONYMOUS, OPEN } from './decide.ts';
import type { Caller } from './newcomer.ts';
import * as store from './store.ts';

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'A valid access token of an active user is needed.'],
  NOT_YOURS: [403, 'Only the user and administrators may see this.'],
  USER_NOT_FOUND: [404, 'There is no such user.'],
  PART_UNAVAILABLE: [
    503,
    'Another part of the system did not answer as it must. Nothing is lost; try again.',
  ],
});

const Preferences = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true });

const Privacy = Type.Object({
  profile_visibility: Type.Unsafe<'members' | 'private'>({ type: 'string', enum: ['members', 'private'] }),
  show_headline: Type.Boolean(),
  show_location: Type.Boolean(),
  show_skills: Type.Boolean(),
});

const Picture = Type.Object({
  profile_picture_url: Nullable<string>(Type.String({ format: 'uri', pattern: '^https://', maxLength: 500 })),
});

/** Writes to somebody's own profile and tells which columns, both or neither; nothing is told if `write` finds nothing. */
export type ChangeProfile = <T>(
  id: number,
  columns: Record<string, unknown>,
  write: (tx: pg.PoolClient) => Promise<T | undefined>,
) => Promise<T | undefined>;

type PublicApi = ServiceClient<typeof publicApi>;

/** What a person may do with what is known of them; the legacy API had none of this. */
export function personalRoutes(
  app: ServiceApp,
  { pool, caller, change, api }: { pool: pg.Pool; caller: Caller; change: ChangeProfile; api: PublicApi },
): void {
  const find = async (request: FastifyRequest, options?: { evenInactive: boolean }) =>
    await caller(request, options).catch((cause: unknown) => {
      throw cause instanceof ApiError ? errors('UNAUTHENTICATED', { headers: BEARER, cause }) : cause;
    });
  const identify = async (request: FastifyRequest) => {
    request.profile = await find(request);
  };
  const ofUser = { config: { allow: [signedIn], errors: [401, 403, 404, 503] }, onRequest: identify };

  app.get(
    '/users/me/preferences',
    { ...ofUser, schema: { response: { 200: Preferences } } },
    async (request) => request.profile!.preferences,
  );

  app.put(
    '/users/me/preferences',
    { ...ofUser, schema: { body: Preferences, response: { 200: Preferences } } },
    async (request) => {
      const { id } = request.profile!;
      const columns = { preferences: request.body };
      return (await change(id, columns, (tx) => store.updateProfile(tx, id, columns)))!.preferences;
    },
  );

  app.get(
    '/users/me/privacy-settings',
    { ...ofUser, schema: { response: { 200: Privacy } } },
    async (request) => ({ ...OPEN, ...request.profile!.privacy_settings }),
  );

  app.put(
    '/users/me/privacy-settings',
    { ...ofUser, schema: { body: Type.Partial(Privacy), response: { 200: Privacy } } },
    async (request) => {
      const { id } = request.profile!;
      const { body: privacy_settings } = request;
      const changed = await change(id, { privacy_settings }, (tx) =>
        store.mergePrivacySettings(tx, id, privacy_settings),
      );
      return { ...OPEN, ...changed };
    },
  );

  app.get(
    '/users/:id/privacy-settings',
    { ...ofUser, schema: { params: Id, response: { 200: Privacy } } },
    async (request) => {
      const viewer = request.profile!;
      const { id } = request.params;
      if (viewer.id !== id && viewer.role !== 'admin') throw errors('NOT_YOURS');
      const profile = await store.findProfile(pool, id);
      if (!profile) throw errors('USER_NOT_FOUND');
      return { ...OPEN, ...profile.privacy_settings };
    },
  );

  app.get(
    '/users/me/picture',
    { ...ofUser, schema: { response: { 200: Picture } } },
    async (request) => request.profile!,
  );

  app.put(
    '/users/me/picture',
    { ...ofUser, schema: { body: Picture, response: { 200: Picture } } },
    async ({ body, profile }) =>
      (await change(profile!.id, body, (tx) => store.updateProfile(tx, profile!.id, body)))!,
  );

  // All that the system knows of a person. Every part or nothing: half an export would look like a whole one.
  app.get('/users/me/export', ofUser, async (request, reply) => {
    const { revision: _revision, ...profile } = request.profile!;
    const account = await need(() => api.getAccount());
    const applications = await allPages('applications', (query) => api.listApplications({ query }));
    const notifications = await allPages('notifications', (query) => api.listNotifications({ query }));
    const resume = await store.findResume(pool, profile.id);
    const body = { exported_at: new Date(), account, profile, resume, applications, notifications };
    return await reply.header('content-disposition', 'attachment; filename="career-copilot.json"').send(body);
  });

  // The account first: nobody can log in any more. If the rest then fails, the same request may be sent again as long
  // as the access token lives, although the account is inactive by then.
  app.delete(
    '/users/me',
    { config: ofUser.config, schema: { response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id } = await find(request, { evenInactive: true });
      await need(() => api.deleteAccount());
      await store.updateProfile(pool, id, ANONYMOUS);
      await store.deleteResume(pool, id);
      return await reply.code(204).send(null);
    },
  );
}

const BEARER = { 'www-authenticate': 'Bearer' };
const PAGE = 100;

async function allPages(
  name: string,
  ask: (query: { limit: number; page: number }) => Promise<Record<string, unknown>>,
): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const answer = await need(() => ask({ limit: PAGE, page }));
    rows.push(...(answer[name] as unknown[]));
    pages = Number(answer.total_pages);
  }
  return rows;
}

/** Throws `PART_UNAVAILABLE` unless the answer is a good one. */
async function need<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw errors('PART_UNAVAILABLE', { headers: { 'retry-after': '5' }, cause });
  }
}
