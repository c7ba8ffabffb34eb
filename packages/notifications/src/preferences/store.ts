import type pg from 'pg';
import type { UserId } from '../system.ts';
import type { Preferences } from './preferences.ts';

/** Changes what somebody has chosen, by what they had chosen then: two changes at once are one after the other. */
export async function changePreferences(
  tx: pg.PoolClient,
  userId: UserId,
  change: (before: Preferences) => Preferences,
): Promise<Preferences> {
  await tx.query('INSERT INTO preferences (user_id) VALUES ($1) ON CONFLICT DO NOTHING', [userId]);
  const { rows } = await tx.query(
    'SELECT locale, zone, quiet_from, quiet_to, chosen FROM preferences WHERE user_id = $1 FOR UPDATE',
    [userId],
  );
  const { quiet_from: from, quiet_to: to, ...rest } = rows[0];
  const after = change({ ...rest, quietHours: from === null ? null : { from, to } });
  await tx.query(
    `UPDATE preferences SET locale = $2, zone = $3, quiet_from = $4, quiet_to = $5, chosen = $6, updated_at = now()
     WHERE user_id = $1`,
    [
      userId,
      after.locale,
      after.zone,
      after.quietHours?.from ?? null,
      after.quietHours?.to ?? null,
      JSON.stringify(after.chosen),
    ],
  );
  return after;
}
