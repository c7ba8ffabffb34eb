import { FOREIGN_KEY_VIOLATION, transaction, UNIQUE_VIOLATION } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { Id, Page, UserId } from '../../api/common.ts';
import {
  Category,
  NewSkill,
  Skill,
  SkillProfile,
  SkillProfileChanges,
  SkillQuery,
  Trend,
} from '../../api/skills.ts';
import { pageOf } from '../../kit/pages.ts';
import { ApiError } from '../../kit/problems.ts';
import { type Context, currentUser, ownOrAdmin } from '../context.ts';

export function skillRoutes(app: FastifyInstance, { pool, ofUser, ofAdmin }: Context): void {
  app.get<{ Querystring: SkillQuery }>(
    '/skills',
    { ...ofUser(), schema: { querystring: SkillQuery, response: { 200: Page(Skill) } } },
    async ({ query }) => {
      const { query: part = null, categoryId = null } = query;
      const text = `${SKILLS} WHERE ($1::text IS NULL OR strpos(lower(skills.name), lower($1)) > 0)
        AND ($2::uuid IS NULL OR category_id IN (${BELOW}))`;
      return await pageOf(pool, { text, values: [part, categoryId], order: 'skills.name, skills.id' }, query);
    },
  );

  app.get(
    '/skills/categories',
    { ...ofUser(), schema: { response: { 200: Type.Array(Category) } } },
    async () => {
      const { rows } = await pool.query(
        'SELECT id, name, parent_id AS "parentId" FROM skill_categories ORDER BY name, id',
      );
      return rows;
    },
  );

  app.get('/skills/trends', { ...ofUser(), schema: { response: { 200: Type.Array(Trend) } } }, async () => {
    const { rows } = await pool.query(
      `SELECT skills.id AS "skillId", skills.name, wanted.count AS wanted,
         (SELECT count(*)::int FROM offered_skills WHERE skill_id = skills.id) AS offered
       FROM (SELECT skill_id, count(*)::int AS count FROM wanted_skills GROUP BY skill_id
         ORDER BY count DESC, skill_id LIMIT 20) wanted
       JOIN skills ON skills.id = skill_id ORDER BY wanted DESC, skills.name`,
    );
    return rows;
  });

  app.get<{ Params: Id }>(
    '/skills/:id',
    { ...ofUser('SKILL_NOT_FOUND'), schema: { params: Id, response: { 200: Skill } } },
    async ({ params }) => await findSkill(pool, params.id),
  );

  app.post<{ Body: NewSkill }>(
    '/skills',
    {
      ...ofAdmin('CATEGORY_NOT_FOUND', 'SKILL_EXISTS'),
      schema: { body: NewSkill, response: { 201: Skill } },
    },
    async ({ body: { name, description, categoryId } }, reply) => {
      const { rows } = await pool
        .query<{ id: string }>(
          'INSERT INTO skills (name, description, category_id) VALUES ($1, $2, $3) RETURNING id',
          [name, description, categoryId],
        )
        .catch((error: pg.DatabaseError) => {
          if (error.code === UNIQUE_VIOLATION) throw new ApiError('SKILL_EXISTS');
          throw error.code === FOREIGN_KEY_VIOLATION ? new ApiError('CATEGORY_NOT_FOUND') : error;
        });
      return await reply.code(201).send(await findSkill(pool, rows[0]!.id));
    },
  );

  app.get<{ Params: UserId }>(
    '/skills/profiles/:userId',
    { ...ofUser('USER_NOT_FOUND'), schema: { params: UserId, response: { 200: SkillProfile } } },
    async (request) => {
      const { id, role } = currentUser(request);
      const { userId } = request.params;
      return await findProfile(pool, userId, id === userId || role === 'ADMIN');
    },
  );

  app.put<{ Params: UserId; Body: SkillProfileChanges }>(
    '/skills/profiles/:userId',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND', 'SKILL_NOT_FOUND', 'STALE_VERSION'),
      schema: { params: UserId, body: SkillProfileChanges, response: { 200: SkillProfile } },
    },
    async (request) => {
      const userId = ownOrAdmin(request, request.params.userId);
      await transaction(pool, async (client) => await replaceProfile(client, userId, request.body)).catch(
        (error: pg.DatabaseError) => {
          throw error.code === FOREIGN_KEY_VIOLATION ? new ApiError('SKILL_NOT_FOUND') : error;
        },
      );
      return await findProfile(pool, userId, true);
    },
  );
}

const SKILLS = `SELECT skills.id, skills.name, skills.description, category_id AS "categoryId",
  skill_categories.name AS "categoryName" FROM skills JOIN skill_categories ON skill_categories.id = category_id`;

/** Ids of the category $2 and of those below it. */
const BELOW = `WITH RECURSIVE below AS (
    SELECT id FROM skill_categories WHERE id = $2
    UNION SELECT child.id FROM skill_categories child JOIN below ON child.parent_id = below.id
  ) SELECT id FROM below`;

async function findSkill(pool: pg.Pool, id: string): Promise<unknown> {
  const { rows } = await pool.query(`${SKILLS} WHERE skills.id = $1`, [id]);
  if (!rows[0]) throw new ApiError('SKILL_NOT_FOUND');
  return rows[0];
}

/** What others see of it has no city and no place if its owner shows none. */
async function findProfile(pool: pg.Pool, userId: string, isOwn: boolean): Promise<unknown> {
  const skills = (table: string, more = '') =>
    pool.query(
      `SELECT skill_id AS "skillId", skills.name${more} FROM ${table} JOIN skills ON skills.id = skill_id
       WHERE user_id = $1 ORDER BY skills.name, skill_id`,
      [userId],
    );
  const [profile, offered, wanted] = await Promise.all([
    pool.query(
      `SELECT user_id AS "userId", headline, hourly_rate AS "hourlyRate", budget, city, latitude, longitude,
         CASE WHEN rating_count > 0 THEN round(rating_sum::numeric / rating_count, 2)::float END AS rating,
         rating_count AS "ratingCount", skill_profiles.updated_at AS "updatedAt", skill_profiles.version,
         coalesce((privacy_settings ->> 'showCity')::boolean, true) AS "showCity"
       FROM skill_profiles JOIN users_legacy ON users_legacy.id = user_id WHERE user_id = $1 AND status <> 'DELETED'`,
      [userId],
    ),
    skills('offered_skills', ', level, offered_skills.verified'),
    skills('wanted_skills'),
  ]);
  const found = profile.rows[0];
  if (!found) throw new ApiError('USER_NOT_FOUND');
  const place = isOwn || found.showCity ? {} : { city: null, latitude: null, longitude: null };
  return { ...found, ...place, offered: offered.rows, wanted: wanted.rows };
}

async function replaceProfile(
  client: pg.PoolClient,
  userId: string,
  profile: SkillProfileChanges,
): Promise<void> {
  const { headline, hourlyRate, budget, city, latitude, longitude, offered, wanted, version } = profile;
  const { rowCount } = await client.query(
    `UPDATE skill_profiles SET headline = $3, hourly_rate = $4, budget = $5, city = $6, latitude = $7, longitude = $8,
       updated_at = now(), version = version + 1 WHERE user_id = $1 AND version = $2`,
    [userId, version, headline, hourlyRate, budget, city, latitude, longitude],
  );
  if (!rowCount) {
    const present = await client.query('SELECT 1 FROM skill_profiles WHERE user_id = $1', [userId]);
    throw new ApiError(present.rowCount ? 'STALE_VERSION' : 'USER_NOT_FOUND');
  }
  const levels = new Map(offered.map(({ skillId, level }) => [skillId, level]));
  await keepOnly(client, 'offered_skills', userId, [...levels.keys()]);
  await client.query(
    `INSERT INTO offered_skills (user_id, skill_id, level) SELECT $1, * FROM unnest($2::uuid[], $3::text[])
     ON CONFLICT (user_id, skill_id) DO UPDATE SET level = excluded.level,
       verified = offered_skills.verified AND offered_skills.level = excluded.level`,
    [userId, [...levels.keys()], [...levels.values()]],
  );
  const wantedIds = [...new Set(wanted.map(({ skillId }) => skillId))];
  await keepOnly(client, 'wanted_skills', userId, wantedIds);
  await client.query(
    `INSERT INTO wanted_skills (user_id, skill_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING`,
    [userId, wantedIds],
  );
}

async function keepOnly(
  client: pg.PoolClient,
  table: string,
  userId: string,
  skills: string[],
): Promise<void> {
  await client.query(`DELETE FROM ${table} WHERE user_id = $1 AND skill_id <> ALL ($2::uuid[])`, [
    userId,
    skills,
  ]);
}
