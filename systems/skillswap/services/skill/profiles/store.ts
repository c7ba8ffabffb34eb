import { type Db, prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { Static } from 'typebox';
import type { SkillProfile, SkillProfileChanges } from '../../../api/skills.ts';
import { ApiError } from '../../../kit/problems.ts';
import { RATING, SHOWS_CITY } from './sql.ts';

type Tx = pg.PoolClient;

/** What others see of it has no city and no place if its owner shows none. Throws `USER_NOT_FOUND`. */
export async function findProfile(
  db: Db | Tx,
  userId: string,
  isOwn: boolean,
): Promise<Static<typeof SkillProfile>> {
  // One statement, so that all of it is of one moment.
  const { rows } = await db.query(
    prepared(
      `SELECT p.user_id AS "userId", headline, hourly_rate AS "hourlyRate", budget,
         CASE WHEN $2 OR ${SHOWS_CITY} THEN city END AS city,
         CASE WHEN $2 OR ${SHOWS_CITY} THEN latitude END AS latitude,
         CASE WHEN $2 OR ${SHOWS_CITY} THEN longitude END AS longitude,
         ${RATING} AS rating, rating_count AS "ratingCount", p.updated_at AS "updatedAt", p.version,
         ARRAY(SELECT json_build_object('skillId', skill_id, 'name', name, 'level', level, 'verified', verified)
           FROM offered_skills JOIN skills ON skills.id = skill_id WHERE user_id = p.user_id ORDER BY name, skill_id) AS offered,
         ARRAY(SELECT json_build_object('skillId', skill_id, 'name', name)
           FROM wanted_skills JOIN skills ON skills.id = skill_id WHERE user_id = p.user_id ORDER BY name, skill_id) AS wanted
       FROM skill_profiles p LEFT JOIN people u ON u.id = p.user_id
       WHERE p.user_id = $1 AND status IS DISTINCT FROM 'DELETED'`,
      [userId, isOwn],
    ),
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  return rows[0];
}

/** What of a profile is its owner's to say. */
export type Stated = Omit<SkillProfileChanges, 'version'>;

/** As it is, locked until the transaction ends. Throws `USER_NOT_FOUND`, or `STALE_VERSION` if it is another version. */
export async function lockProfile(tx: Tx, userId: string, version: number): Promise<Stated> {
  const { rows } = await tx.query(
    prepared(
      `SELECT headline, hourly_rate AS "hourlyRate", budget, city, latitude, longitude, version
       FROM skill_profiles WHERE user_id = $1 FOR NO KEY UPDATE`,
      [userId],
    ),
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  const { version: present, ...profile } = rows[0];
  if (present !== version) throw new ApiError('STALE_VERSION');
  const [offered, wanted] = [
    await tx.query(
      prepared('SELECT skill_id AS "skillId", level FROM offered_skills WHERE user_id = $1', [userId]),
    ),
    await tx.query(prepared('SELECT skill_id AS "skillId" FROM wanted_skills WHERE user_id = $1', [userId])),
  ];
  return { ...profile, offered: offered.rows, wanted: wanted.rows };
}

/** Puts this in the place of what was there; what is offered at another level than before is verified no more. Throws `SKILL_NOT_FOUND`. */
export async function replaceProfile(tx: Tx, userId: string, profile: Stated): Promise<void> {
  const { headline, hourlyRate, budget, city, latitude, longitude } = profile;
  await tx.query(
    prepared(
      `UPDATE skill_profiles SET headline = $2, hourly_rate = $3, budget = $4, city = $5, latitude = $6, longitude = $7,
         updated_at = now(), version = version + 1 WHERE user_id = $1`,
      [userId, headline, hourlyRate, budget, city, latitude, longitude],
    ),
  );
  const levels = new Map(profile.offered.map(({ skillId, level }) => [skillId, level]));
  const offered = [...levels.keys()];
  const wanted = [...new Set(profile.wanted.map(({ skillId }) => skillId))];
  await checkSkills(tx, [...offered, ...wanted]);
  await tx.query('DELETE FROM offered_skills WHERE user_id = $1 AND skill_id <> ALL ($2::uuid[])', [
    userId,
    offered,
  ]);
  await tx.query(
    `INSERT INTO offered_skills (user_id, skill_id, level) SELECT $1, * FROM unnest($2::uuid[], $3::text[])
     ON CONFLICT (user_id, skill_id) DO UPDATE SET level = excluded.level, verified = false
       WHERE offered_skills.level <> excluded.level`,
    [userId, offered, [...levels.values()]],
  );
  await tx.query('DELETE FROM wanted_skills WHERE user_id = $1 AND skill_id <> ALL ($2::uuid[])', [
    userId,
    wanted,
  ]);
  await tx.query(
    'INSERT INTO wanted_skills (user_id, skill_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING',
    [userId, wanted],
  );
}

/** No skill is ever removed, so those that are there stay. */
async function checkSkills(tx: Tx, ids: string[]): Promise<void> {
  const all = new Set(ids);
  const { rowCount } = await tx.query('SELECT FROM skills WHERE id = ANY ($1::uuid[])', [[...all]]);
  if (rowCount !== all.size) throw new ApiError('SKILL_NOT_FOUND');
}

/** Makes the profile of somebody new; one that is there stays as it is. */
export async function insertProfile(tx: Tx, userId: string): Promise<void> {
  await tx.query(
    prepared('INSERT INTO skill_profiles (user_id) VALUES ($1) ON CONFLICT DO NOTHING', [userId]),
  );
}

/** One more rating of somebody as a provider. */
export async function addRating(tx: Tx, userId: string, stars: number): Promise<void> {
  await tx.query(
    prepared(
      'UPDATE skill_profiles SET rating_sum = rating_sum + $2, rating_count = rating_count + 1 WHERE user_id = $1',
      [userId, stars],
    ),
  );
}

/** Throws `USER_NOT_FOUND`. */
export async function findOffer(
  db: Db,
  userId: string,
  skillId: string,
): Promise<{ isOffered: boolean; hourlyRate: number }> {
  const { rows } = await db.query(
    prepared(
      `SELECT hourly_rate AS "hourlyRate",
         EXISTS (SELECT FROM offered_skills WHERE user_id = p.user_id AND skill_id = $2) AS "isOffered"
       FROM skill_profiles p LEFT JOIN people u ON u.id = p.user_id
       WHERE p.user_id = $1 AND coalesce(status, 'ACTIVE') = 'ACTIVE'`,
      [userId, skillId],
    ),
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  return rows[0];
}
