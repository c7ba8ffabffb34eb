import { transaction } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { Done, Id, Page } from '../../api/common.ts';
import { PrivacySettings, User, UserChanges, UserExport, UserQuery } from '../../api/users.ts';
import { DEFAULT_PRIVACY } from '../../kit/accounts.ts';
import { pageOf } from '../../kit/pages.ts';
import { ApiError } from '../../kit/problems.ts';
import { TAKING } from '../../kit/sessions/transitions.ts';
import { checkZone } from '../../kit/zones.ts';
import { type Context, currentUser, ownOrAdmin } from '../context.ts';
import { exportOf } from '../users/export.ts';

export const USER_COLUMNS = `id, email, full_name AS "fullName", bio, profile_picture_url AS "profilePictureUrl",
  time_zone AS "timeZone", role, status, verified, created_at AS "createdAt", updated_at AS "updatedAt", version`;

export function userRoutes(app: FastifyInstance, { pool, ofUser, ofAdmin }: Context): void {
  app.get<{ Querystring: UserQuery }>(
    '/users',
    { ...ofAdmin(), schema: { querystring: UserQuery, response: { 200: Page(User) } } },
    async ({ query }) => {
      const { status = null, query: part = null } = query;
      const text = `SELECT ${USER_COLUMNS} FROM users_legacy WHERE ($1::text IS NULL OR status = $1)
        AND ($2::text IS NULL OR strpos(lower(full_name), lower($2)) > 0 OR strpos(email, lower($2)) > 0)`;
      return await pageOf(pool, { text, values: [status, part], order: 'created_at DESC, id' }, query);
    },
  );

  app.get<{ Params: Id }>(
    '/users/:id',
    { ...ofUser('USER_NOT_FOUND'), schema: { params: Id, response: { 200: User } } },
    async (request) => {
      const { id, role } = currentUser(request);
      const user = await findUser(pool, request.params.id);
      if (user.id === id || role === 'ADMIN') return user;
      const { profileVisibility, showEmail } = await privacyOf(pool, user.id);
      const isHidden = profileVisibility === 'PRIVATE' && !(await haveSession(pool, id, user.id));
      if (isHidden || user.status !== 'ACTIVE') throw new ApiError('USER_NOT_FOUND');
      return { ...user, email: showEmail ? user.email : null };
    },
  );

  app.put<{ Params: Id; Body: UserChanges }>(
    '/users/:id',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND', 'STALE_VERSION', 'BAD_ZONE'),
      schema: { params: Id, body: UserChanges, response: { 200: User } },
    },
    async (request) => {
      const id = ownOrAdmin(request, request.params.id);
      const { version, ...changes } = request.body;
      if (changes.timeZone !== undefined) checkZone(changes.timeZone);
      const changed = CHANGEABLE.filter(([field]) => changes[field] !== undefined);
      const assignments = changed.map(([, column], index) => `${column} = $${index + 3}, `);
      const { rows } = await pool.query<User>(
        `UPDATE users_legacy SET ${assignments.join('')}updated_at = now(), version = version + 1
         WHERE id = $1 AND version = $2 AND status <> 'DELETED' RETURNING ${USER_COLUMNS}`,
        [id, version, ...changed.map(([field]) => changes[field])],
      );
      if (rows[0]) return rows[0];
      await findUser(pool, id);
      throw new ApiError('STALE_VERSION');
    },
  );

  app.delete<{ Params: Id }>(
    '/users/:id',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND', 'ACCOUNT_IN_USE'),
      schema: { params: Id, response: { 204: Done } },
    },
    async (request, reply) => {
      const id = ownOrAdmin(request, request.params.id);
      await transaction(pool, async (client) => await erase(client, id));
      return await reply.code(204).send();
    },
  );

  app.get<{ Params: Id }>(
    '/users/:id/export',
    { ...ofUser('FORBIDDEN', 'USER_NOT_FOUND'), schema: { params: Id, response: { 200: UserExport } } },
    async (request) => {
      const user = await findUser(pool, ownOrAdmin(request, request.params.id));
      return { user, ...(await exportOf(pool, user.id)) };
    },
  );

  app.get<{ Params: Id }>(
    '/users/:id/privacy-settings',
    { ...ofUser('FORBIDDEN', 'USER_NOT_FOUND'), schema: { params: Id, response: { 200: PrivacySettings } } },
    async (request) => await privacyOf(pool, ownOrAdmin(request, request.params.id)),
  );

  app.put<{ Params: Id; Body: PrivacySettings }>(
    '/users/:id/privacy-settings',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND'),
      schema: { params: Id, body: PrivacySettings, response: { 200: PrivacySettings } },
    },
    async (request) => {
      const id = ownOrAdmin(request, request.params.id);
      const { profileVisibility, showEmail, showCity } = request.body;
      const { rowCount } = await pool.query(
        'UPDATE users_legacy SET privacy_settings = $2, updated_at = now(), version = version + 1 WHERE id = $1',
        [id, { profileVisibility, showEmail, showCity }],
      );
      if (!rowCount) throw new ApiError('USER_NOT_FOUND');
      return await privacyOf(pool, id);
    },
  );

  app.post<{ Params: Id }>(
    '/users/:id/suspend',
    { ...ofAdmin('USER_NOT_FOUND'), schema: { params: Id, response: { 200: User } } },
    async ({ params: { id } }) =>
      await transaction(pool, async (client) => {
        const user = await update(client, id, `status = 'SUSPENDED'`);
        await client.query('UPDATE refresh_tokens SET revoked = true WHERE user_id = $1 AND NOT revoked', [
          id,
        ]);
        return user;
      }),
  );

  app.post<{ Params: Id }>(
    '/users/:id/verify',
    { ...ofAdmin('USER_NOT_FOUND'), schema: { params: Id, response: { 200: User } } },
    async ({ params: { id } }) => await update(pool, id, 'verified = true'),
  );
}

const CHANGEABLE = [
  ['fullName', 'full_name'],
  ['bio', 'bio'],
  ['profilePictureUrl', 'profile_picture_url'],
  ['timeZone', 'time_zone'],
] as const;

async function findUser(pool: pg.Pool, id: string): Promise<User> {
  const { rows } = await pool.query<User>(
    `SELECT ${USER_COLUMNS} FROM users_legacy WHERE id = $1 AND status <> 'DELETED'`,
    [id],
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  return rows[0];
}

/** `assignment` is ours. */
async function update(db: pg.Pool | pg.PoolClient, id: string, assignment: string): Promise<User> {
  const { rows } = await db.query<User>(
    `UPDATE users_legacy SET ${assignment}, updated_at = now(), version = version + 1
     WHERE id = $1 AND status <> 'DELETED' RETURNING ${USER_COLUMNS}`,
    [id],
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  return rows[0];
}

async function privacyOf(pool: pg.Pool, id: string): Promise<PrivacySettings> {
  const { rows } = await pool.query<{ settings: Partial<PrivacySettings> }>(
    `SELECT privacy_settings AS settings FROM users_legacy WHERE id = $1 AND status <> 'DELETED'`,
    [id],
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  return { ...DEFAULT_PRIVACY, ...rows[0].settings };
}

async function haveSession(pool: pg.Pool, one: string, other: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT 1 FROM sessions WHERE (seeker_id = $1 AND provider_id = $2) OR (seeker_id = $2 AND provider_id = $1) LIMIT 1`,
    [one, other],
  );
  return rowCount === 1;
}

/** Not while others count on them, or credits would be lost. What is erased, and how it is kept on record, the table says. */
async function erase(client: pg.PoolClient, id: string): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM users_legacy WHERE id = $1 AND status <> 'DELETED' FOR UPDATE`,
    [id],
  );
  if (!rowCount) throw new ApiError('USER_NOT_FOUND');
  const { rows: inUse } = await client.query<{ inUse: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM sessions WHERE (seeker_id = $1 OR provider_id = $1) AND (state = ANY ($2)
         OR EXISTS (SELECT 1 FROM settlements WHERE session_id = sessions.id)))
       OR EXISTS (SELECT 1 FROM wallets WHERE user_id = $1 AND balance > 0) AS "inUse"`,
    [id, TAKING],
  );
  if (inUse[0]?.inUse) throw new ApiError('ACCOUNT_IN_USE');
  await client.query('INSERT INTO erasures (user_id) VALUES ($1)', [id]);
}
