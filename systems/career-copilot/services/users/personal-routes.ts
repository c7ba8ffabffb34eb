import { defineErrors, type ServiceApp, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { API, ApiError, Id, Nullable } from '../../contracts.ts';
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

/** What a person may do with what is known of them; the legacy API had none of this. */
export function personalRoutes(
  app: ServiceApp,
  { pool, caller, apiUrl }: { pool: pg.Pool; caller: Caller; apiUrl: string | undefined },
): void {
  const find = async (request: FastifyRequest, options?: { evenInactive: boolean }) =>
    await caller(request, options).catch((cause: unknown) => {
      throw cause instanceof ApiError ? errors('UNAUTHENTICATED', { headers: BEARER, cause }) : cause;
    });
  const identify = async (request: FastifyRequest) => {
    request.profile = await find(request);
  };
  const ofUser = { config: { allow: [signedIn] }, onRequest: identify };

  app.get(
    '/users/me/preferences',
    { ...ofUser, schema: { response: { 200: Preferences } } },
    async (request) => request.profile!.preferences,
  );

  app.put(
    '/users/me/preferences',
    { ...ofUser, schema: { body: Preferences, response: { 200: Preferences } } },
    async (request) => {
      const changed = await store.updateProfile(pool, request.profile!.id, { preferences: request.body });
      return changed!.preferences;
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
      const changed = await store.mergePrivacySettings(pool, request.profile!.id, request.body);
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
    async (request) => (await store.updateProfile(pool, request.profile!.id, request.body))!,
  );

  // All that the system knows of a person. Every part or nothing: half an export would look like a whole one.
  app.get('/users/me/export', ofUser, async (request, reply) => {
    const { revision: _revision, ...profile } = request.profile!;
    const authorization = request.headers.authorization!;
    const part = (path: string) => fetchJson(apiUrl, path, authorization);
    const account = await part('/auth/me');
    const applications = await fetchPages(part, 'applications');
    const notifications = await fetchPages(part, 'notifications');
    const body = { exported_at: new Date(), account, profile, applications, notifications };
    return await reply.header('content-disposition', 'attachment; filename="career-copilot.json"').send(body);
  });

  // The account first: nobody can log in any more. If the rest then fails, the same request may be sent again as long
  // as the access token lives, although the account is inactive by then.
  app.delete('/users/me', { config: ofUser.config }, async (request, reply) => {
    const { id } = await find(request, { evenInactive: true });
    await callApi(apiUrl, '/auth/me', { method: 'DELETE', authorization: request.headers.authorization! });
    await store.updateProfile(pool, id, ANONYMOUS);
    return await reply.code(204).send();
  });
}

const BEARER = { 'www-authenticate': 'Bearer' };
const TIMEOUT_MS = 5000;
const PAGE = 100;

async function fetchPages(part: (path: string) => Promise<unknown>, name: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const answer = (await part(`/${name}?limit=${PAGE}&page=${page}`)) as Record<string, unknown>;
    rows.push(...(answer[name] as unknown[]));
    pages = Number(answer.total_pages);
  }
  return rows;
}

async function fetchJson(apiUrl: string | undefined, path: string, authorization: string): Promise<unknown> {
  const response = await callApi(apiUrl, path, { method: 'GET', authorization });
  return await response.json();
}

/** Throws `PART_UNAVAILABLE` unless the answer is a good one. */
async function callApi(
  apiUrl: string | undefined,
  path: string,
  { method, authorization }: { method: string; authorization: string },
): Promise<Response> {
  try {
    if (!apiUrl) throw new Error('API_URL is not set');
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${apiUrl}${API}${path}`, { method, headers: { authorization }, signal });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
    return response;
  } catch (cause) {
    throw errors('PART_UNAVAILABLE', { headers: { 'retry-after': '5' }, cause });
  }
}
