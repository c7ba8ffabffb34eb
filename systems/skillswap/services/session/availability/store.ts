/** SQL of when people teach. */
import { prepared, type Queryable } from '@banyan/postgres';
import type { Availability } from '../../../api/sessions.ts';
import { ApiError } from '../../../kit/problems.ts';

/** SQL: the hours of whoever `$1` is, as JSON in order. */
export const HOURS = `(
  SELECT coalesce(json_agg(json_build_object('weekday', weekday, 'from', left(from_time::text, 5), 'to', left(to_time::text, 5))
    ORDER BY weekday, from_time), '[]')
  FROM availability WHERE user_id = $1)`;

/** SQL: and the zone that they are of; of who has stated none that of their profile. */
export const ZONE = 'coalesce((SELECT zone FROM availability WHERE user_id = $1 LIMIT 1), people.time_zone)';

/** Of somebody who has stated none: no hours, in the zone of their profile. Throws `USER_NOT_FOUND`. */
export async function availabilityOf(db: Queryable, userId: string): Promise<Availability> {
  const { rows } = await db.query<Availability>(
    prepared(`SELECT ${ZONE} AS zone, ${HOURS} AS hours FROM people WHERE id = $1 AND status <> 'DELETED'`, [
      userId,
    ]),
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  return rows[0];
}

/** All of them anew; one after the other, so that nobody has the hours of both. Throws `USER_NOT_FOUND`. */
export async function replaceHours(
  tx: Queryable,
  userId: string,
  { zone, hours }: Availability,
): Promise<void> {
  const { rowCount } = await tx.query(
    prepared(`SELECT FROM people WHERE id = $1 AND status <> 'DELETED' FOR NO KEY UPDATE`, [userId]),
  );
  if (!rowCount) throw new ApiError('USER_NOT_FOUND');
  await tx.query(prepared('DELETE FROM availability WHERE user_id = $1', [userId]));
  await tx.query(
    prepared(
      `INSERT INTO availability (user_id, zone, weekday, from_time, to_time)
       SELECT $1, $2, weekday, "from", "to" FROM json_to_recordset($3) AS hour (weekday smallint, "from" time, "to" time)`,
      [userId, zone, JSON.stringify(hours)],
    ),
  );
}
