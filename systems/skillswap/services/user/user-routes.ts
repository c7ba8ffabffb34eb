import { type Db, withTransaction } from '@banyan/postgres';
import type { ServiceApp } from '@banyan/service';
import { Id, Page } from '../../api/common.ts';
import { PrivacySettings, User, UserChanges, UserQuery } from '../../api/users.ts';
import { pageOf } from '../../kit/pages.ts';
import { ApiError } from '../../kit/problems.ts';
import { checkZone } from '../../kit/zones.ts';
import { callerOf, callersOf, ownOrAdmin } from './callers.ts';
import type { Change } from './change.ts';
import { privacyOf, visibleTo } from './decide.ts';
import { columnsOf, findUser, haveMet, USER } from './store.ts';

/** Who people are to others, and what administrators do with them. */
export function userRoutes(app: ServiceApp, { pool, change: changeIn }: { pool: Db; change: Change }): void {
  const { ofUser, ofAdmin } = callersOf(pool);
  /** Changes somebody, and tells of it; undefined as `updateUser`. */
  const change = async (id: string, columns: Record<string, unknown>, expectedVersion?: number) =>
    await withTransaction(pool, async (tx) => await changeIn(tx, id, columns, expectedVersion));

  app.get(
    '/users',
    { ...ofAdmin(), schema: { querystring: UserQuery, response: { 200: Page(User) } } },
    async ({ query }) => {
      const { status = null, query: part = null } = query;
      const text = `SELECT ${USER} FROM users WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL
        OR strpos(lower(first_name || coalesce(' ' || last_name, '')), lower($2)) > 0 OR strpos(email, lower($2)) > 0)`;
      return await pageOf<User>(pool, { text, values: [status, part], order: 'created_at DESC, id' }, query);
    },
  );

  app.get(
    '/users/:id',
    { ...ofUser('USER_NOT_FOUND'), schema: { params: Id, response: { 200: User } } },
    async (request) => {
      const caller = callerOf(request);
      const { user, chosen } = await existing(pool, request.params.id);
      if (user.id === caller.id || caller.role === 'ADMIN') return user;
      const settings = privacyOf(chosen);
      const isPrivate = settings.profileVisibility === 'PRIVATE';
      const seen = visibleTo(
        { haveMet: isPrivate && (await haveMet(pool, caller.id, user.id)) },
        user,
        settings,
      );
      if (!seen) throw new ApiError('USER_NOT_FOUND');
      return seen;
    },
  );

  app.put(
    '/users/:id',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND', 'STALE_VERSION', 'BAD_ZONE'),
      schema: { params: Id, body: UserChanges, response: { 200: User } },
    },
    async (request) => {
      const id = ownOrAdmin(request, request.params.id);
      const { version, ...changes } = request.body;
      if (changes.timeZone !== undefined) checkZone(changes.timeZone);
      const changed = await change(id, columnsOf(changes), version);
      if (changed) return changed.user;
      await existing(pool, id);
      throw new ApiError('STALE_VERSION');
    },
  );

  app.get(
    '/users/:id/privacy-settings',
    { ...ofUser('FORBIDDEN', 'USER_NOT_FOUND'), schema: { params: Id, response: { 200: PrivacySettings } } },
    async (request) => privacyOf((await existing(pool, ownOrAdmin(request, request.params.id))).chosen),
  );

  app.put(
    '/users/:id/privacy-settings',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND'),
      schema: { params: Id, body: PrivacySettings, response: { 200: PrivacySettings } },
    },
    async (request) => {
      const id = ownOrAdmin(request, request.params.id);
      const { profileVisibility, showEmail, showCity } = request.body;
      const changed = await change(id, { privacy_settings: { profileVisibility, showEmail, showCity } });
      if (!changed) throw new ApiError('USER_NOT_FOUND');
      return privacyOf(changed.after.privacy_settings);
    },
  );

  app.post(
    '/users/:id/suspend',
    { ...ofAdmin('USER_NOT_FOUND'), schema: { params: Id, response: { 200: User } } },
    async ({ params: { id } }) => {
      const changed = await change(id, { status: 'SUSPENDED', suspended_at: new Date() });
      if (!changed) throw new ApiError('USER_NOT_FOUND');
      return changed.user;
    },
  );

  app.post(
    '/users/:id/reinstate',
    {
      ...ofAdmin('USER_NOT_FOUND'),
      schema: {
        description: 'Takes a suspension back. Logins from before it stay over.',
        params: Id,
        response: { 200: User },
      },
    },
    async ({ params: { id } }) => {
      const changed = await change(id, { status: 'ACTIVE' });
      if (!changed) throw new ApiError('USER_NOT_FOUND');
      return changed.user;
    },
  );

  app.post(
    '/users/:id/verify',
    { ...ofAdmin('USER_NOT_FOUND'), schema: { params: Id, response: { 200: User } } },
    async ({ params: { id } }) => {
      const changed = await change(id, { verified: true });
      if (!changed) throw new ApiError('USER_NOT_FOUND');
      return changed.user;
    },
  );
}

/** Throws `USER_NOT_FOUND`. */
async function existing(pool: Db, id: string): Promise<NonNullable<Awaited<ReturnType<typeof findUser>>>> {
  const found = await findUser(pool, id);
  if (!found) throw new ApiError('USER_NOT_FOUND');
  return found;
}
