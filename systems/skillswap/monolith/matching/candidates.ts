import type pg from 'pg';
import type { WeeklyHours } from '../../kit/availability/weekly-hours.ts';
import type { Place } from '../../kit/matching/distance.ts';
import type { Provider, Seeker } from '../../kit/matching/score.ts';
import { type WeekInUtc, weekInUtc } from '../../kit/matching/weekly-overlap.ts';

/** With the names of the skills that are wanted. */
type WantingSeeker = Seeker & { names: Map<string, string> };

export async function seekerOf(pool: pg.Pool, userId: string, now: number): Promise<WantingSeeker> {
  const [profile, wanted, weeks] = await Promise.all([
    pool.query<{ budget: number | null } & Coordinates>(
      'SELECT budget, latitude, longitude FROM skill_profiles WHERE user_id = $1',
      [userId],
    ),
    pool.query<{ id: string; name: string }>(
      'SELECT skills.id, name FROM wanted_skills JOIN skills ON skills.id = skill_id WHERE user_id = $1 ORDER BY name',
      [userId],
    ),
    weeksOf(pool, [userId], now),
  ]);
  const { budget = null, ...coordinates } = profile.rows[0] ?? {};
  const names = new Map(wanted.rows.map(({ id, name }) => [id, name]));
  const week = weeks.get(userId) ?? [];
  return { userId, wanted: [...names.keys()], names, week, budget, place: placeOf(coordinates) };
}

type Candidate = Provider & { fullName: string; headline: string | null };

/**
 * Those who offer any of the skills that are wanted, found by the index of skills: nobody else has a score above the threshold. Who shows
 * no city has no place, and who is there for nobody is no candidate.
 */
export async function providersFor(
  pool: pg.Pool,
  { userId, wanted }: Seeker,
  now: number,
): Promise<Candidate[]> {
  const { rows } = await pool.query<Omit<Candidate, 'week' | 'place'> & Coordinates>(
    `SELECT p.user_id AS "userId", full_name AS "fullName", headline, hourly_rate AS "hourlyRate", offering.skills AS offered,
       CASE WHEN rating_count > 0 THEN round(rating_sum::numeric / rating_count, 2)::float END AS rating,
       CASE WHEN coalesce((privacy_settings ->> 'showCity')::boolean, true) THEN latitude END AS latitude, longitude
     FROM (SELECT user_id, array_agg(skill_id::text) AS skills FROM offered_skills WHERE skill_id = ANY ($1) GROUP BY user_id) offering
     JOIN skill_profiles p ON p.user_id = offering.user_id JOIN users_legacy u ON u.id = p.user_id
     WHERE p.user_id <> $2 AND status = 'ACTIVE' AND privacy_settings ->> 'profileVisibility' IS DISTINCT FROM 'PRIVATE'`,
    [wanted, userId],
  );
  const weeks = await weeksOf(
    pool,
    rows.map((row) => row.userId),
    now,
  );
  return rows.map(({ latitude, longitude, ...row }) => ({
    ...row,
    week: weeks.get(row.userId) ?? [],
    place: placeOf({ latitude, longitude }),
  }));
}

type Coordinates = { latitude?: number | null; longitude?: number | null };

function placeOf({ latitude, longitude }: Coordinates): Place | null {
  return latitude == null || longitude == null ? null : { latitude, longitude };
}

async function weeksOf(pool: pg.Pool, userIds: string[], now: number): Promise<Map<string, WeekInUtc>> {
  const { rows } = await pool.query<{ userId: string; zone: string; hours: WeeklyHours[] }>(
    `SELECT user_id AS "userId", zone, json_agg(json_build_object('weekday', weekday,
       'from', left(from_time::text, 5), 'to', left(to_time::text, 5))) AS hours
     FROM availability WHERE user_id = ANY ($1) GROUP BY user_id, zone`,
    [userIds],
  );
  return new Map(rows.map(({ userId, zone, hours }) => [userId, weekInUtc({ zone, hours }, now)]));
}
