import { type Db, prepared } from '@banyan/postgres';
import type { WeeklyHours } from '../../../kit/availability/weekly-hours.ts';
import type { Place } from '../../../kit/matching/distance.ts';
import type { Seeker } from '../../../kit/matching/score.ts';
import { localWeek, weekInUtc } from '../../../kit/matching/weekly-overlap.ts';
import { IS_FOUND, RATING, SHOWS_CITY } from '../profiles/sql.ts';
import type { Candidate } from './candidate.ts';

/** With the names of the skills that are wanted. */
export type WantingSeeker = Seeker & { names: ReadonlyMap<string, string> };

/** Somebody of whom nothing is known wants nothing. `now` in ms since 1970. */
export async function findSeeker(pool: Db, userId: string, now: number): Promise<WantingSeeker> {
  const { rows } = await pool.query<
    { budget: number | null; wanted: { id: string; name: string }[]; times: Times | null } & Coordinates
  >(
    prepared(
      `SELECT budget, latitude, longitude, ${times('p.user_id')} AS times,
         ARRAY(SELECT json_build_object('id', skills.id, 'name', name) FROM wanted_skills JOIN skills ON skills.id = skill_id
           WHERE user_id = p.user_id ORDER BY name) AS wanted
       FROM skill_profiles p WHERE user_id = $1`,
      [userId],
    ),
  );
  const { budget = null, wanted = [], times: stated = null, ...coordinates } = rows[0] ?? {};
  const names = new Map(wanted.map(({ id, name }) => [id, name]));
  const week = stated ? weekInUtc(stated, now) : [];
  return { userId, wanted: [...names.keys()], names, week, budget, place: placeOf(coordinates) };
}

/** Somebody of whom something has changed; without `candidate` nobody finds them. */
export type Changed = { userId: string; xid: string; candidate: Candidate | undefined };

/** Read at once. */
const PART = 2_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Everybody of whom something has changed in transactions from `since` on, part by part; some may come again. */
export async function* listChanged(pool: Db, since: string): AsyncGenerator<Changed[]> {
  for (let last = { xid: since, userId: FIRST_ID }; ; ) {
    // Not prepared: what has changed since a moment ago is little of all, and everything is at the first time.
    const { rows } = await pool.query<Row>(CHANGED, [last.xid, last.userId]);
    if (rows.length > 0) yield rows.map(changedOf);
    const end = rows.at(-1);
    if (!end || rows.length < PART) return;
    last = end;
  }
}

type Times = { zone: string; hours: WeeklyHours[] };
type Coordinates = { latitude?: number | null; longitude?: number | null };
type Row = {
  userId: string;
  xid: string;
  isFound: boolean;
  times: Times | null;
} & Required<Coordinates> &
  Pick<Candidate, 'fullName' | 'headline' | 'hourlyRate' | 'rating' | 'offered'>;

const CHANGED = `
  SELECT c.user_id AS "userId", c.changed_in::text AS xid, (p.user_id IS NOT NULL AND ${IS_FOUND}) IS TRUE AS "isFound",
    full_name AS "fullName", headline, hourly_rate AS "hourlyRate", ${RATING} AS rating, ${times('c.user_id')} AS times,
    CASE WHEN ${SHOWS_CITY} THEN latitude END AS latitude, longitude,
    ARRAY(SELECT skill_id::text FROM offered_skills WHERE user_id = c.user_id) AS offered
  FROM (SELECT * FROM match_changes WHERE (changed_in, user_id) > ($1::xid8, $2::uuid)
        ORDER BY changed_in, user_id LIMIT ${PART}) c
    LEFT JOIN skill_profiles p USING (user_id) LEFT JOIN people u ON u.id = c.user_id
  ORDER BY c.changed_in, c.user_id`;

/** SQL: what somebody says of their time, as JSON; NULL of who says nothing. */
function times(userId: string): string {
  return `(SELECT json_build_object('zone', zone, 'hours', json_agg(json_build_object('weekday', weekday,
      'from', left(from_time::text, 5), 'to', left(to_time::text, 5))))
    FROM availability WHERE user_id = ${userId} GROUP BY zone LIMIT 1)`;
}

function changedOf({ userId, xid, isFound, times: stated, latitude, longitude, ...row }: Row): Changed {
  if (!isFound || row.offered.length === 0) return { userId, xid, candidate: undefined };
  const place = placeOf({ latitude, longitude });
  const { zone, hours } = stated ?? { zone: 'UTC', hours: [] };
  return { userId, xid, candidate: { userId, ...row, place, zone, hours: localWeek(hours) } };
}

function placeOf({ latitude, longitude }: Coordinates): Place | null {
  return latitude == null || longitude == null ? null : { latitude, longitude };
}
