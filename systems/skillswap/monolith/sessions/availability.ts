import { transaction } from '@banyan/monolith';
import type pg from 'pg';
import type { Availability } from '../../api/sessions.ts';
import { whyNotHours } from '../../kit/availability/weekly-hours.ts';
import { ApiError } from '../../kit/problems.ts';
import { checkZone } from '../../kit/zones.ts';

/** Of somebody who has stated none: no hours, in the zone of their profile. */
export async function availabilityOf(db: pg.Pool | pg.PoolClient, userId: string): Promise<Availability> {
  const { rows } = await db.query<{ zone: string; weekday: number; from: string; to: string }>(
    `SELECT coalesce(zone, time_zone) AS zone, weekday, left(from_time::text, 5) AS "from", left(to_time::text, 5) AS "to"
     FROM users_legacy LEFT JOIN availability ON user_id = users_legacy.id
     WHERE users_legacy.id = $1 AND status <> 'DELETED' ORDER BY weekday, from_time`,
    [userId],
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  const hours = rows.filter(({ weekday }) => weekday !== null);
  return { zone: rows[0].zone, hours: hours.map(({ weekday, from, to }) => ({ weekday, from, to })) };
}

/** Sessions that are booked stay as they are. Throws `BAD_HOURS` or `BAD_ZONE`. */
export async function setAvailability(
  pool: pg.Pool,
  userId: string,
  { zone, hours }: Availability,
): Promise<void> {
  checkZone(zone);
  if (whyNotHours(hours) !== null) throw new ApiError('BAD_HOURS');
  await transaction(pool, async (client) => {
    // One after the other, so that nobody has the hours of both.
    const { rowCount } = await client.query(
      `SELECT 1 FROM users_legacy WHERE id = $1 AND status <> 'DELETED' FOR NO KEY UPDATE`,
      [userId],
    );
    if (!rowCount) throw new ApiError('USER_NOT_FOUND');
    await client.query('DELETE FROM availability WHERE user_id = $1', [userId]);
    await client.query(
      `INSERT INTO availability (user_id, zone, weekday, from_time, to_time)
       SELECT $1, $2, * FROM unnest($3::smallint[], $4::time[], $5::time[])`,
      [
        userId,
        zone,
        hours.map(({ weekday }) => weekday),
        hours.map(({ from }) => from),
        hours.map(({ to }) => to),
      ],
    );
  });
}
