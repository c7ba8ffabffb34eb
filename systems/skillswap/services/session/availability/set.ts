import type { Events } from '@banyan/events';
import { type Db, withTransaction } from '@banyan/postgres';
import type { Availability } from '../../../api/sessions.ts';
import type { contracts } from '../../../contracts/session.ts';
import { whyNotHours } from '../../../kit/availability/weekly-hours.ts';
import { ApiError } from '../../../kit/problems.ts';
import { checkZone } from '../../../kit/zones.ts';
import { replaceHours } from './store.ts';

export type AvailabilityHost = { pool: Db; events: Pick<Events<typeof contracts>, 'publish'> };

/** Sessions that are booked stay as they are. Throws `BAD_HOURS`, `BAD_ZONE` or `USER_NOT_FOUND`. */
export async function setAvailability(
  { pool, events }: AvailabilityHost,
  userId: string,
  { zone, hours }: Availability,
): Promise<void> {
  checkZone(zone);
  if (whyNotHours(hours) !== null) throw new ApiError('BAD_HOURS');
  await withTransaction(pool, async (tx) => {
    await replaceHours(tx, userId, { zone, hours });
    await events.publish(tx, 'AvailabilityChanged', { userId, zone, hours });
  });
}
