import type { Events } from '@banyan/events';
import type pg from 'pg';
import type { Channel } from '../../../api/notifications.ts';
import type { contracts } from '../../../contracts/notifications.ts';
import { findPerson } from '../people/store.ts';

/** What the other side tells later of a message that it had taken. */
export type Report = {
  deliveryId: string;
  channel: Channel;
  state: 'delivered' | 'failed' | 'bounced';
  reason: string | null;
};

/**
 * Notes what became of a message, and tells if it did not arrive. Once: what is over stays as it is, and what is unknown is passed over. It may come
 * before this side has noted that the message was taken. Gives the address to which that had gone; undefined: nothing was noted.
 */
export async function conclude(
  tx: pg.PoolClient,
  publish: Events<typeof contracts>['publish'],
  { deliveryId, channel, state, reason }: Report,
): Promise<{ address: string | null } | undefined> {
  const { rows } = await tx.query<{ user_id: number; kind: string; target: string }>(
    `UPDATE deliveries SET state = $2, reason = $3, updated_at = now()
     WHERE id = $1 AND channel = $4 AND state IN ('sending', 'sent') RETURNING user_id, kind, target`,
    [deliveryId, state, reason, channel],
  );
  const [one] = rows;
  if (!one) return undefined;
  const { user_id: userId, kind, target } = one;
  if (state !== 'delivered')
    await publish(tx, 'DeliveryFailed', { userId, kind, channel, deliveryId, reason: reason ?? 'FAILED' });
  const { isDeleted, email, phone } = await findPerson(tx, userId);
  if (isDeleted) return { address: null };
  return { address: target || (channel === 'sms' ? phone : email) };
}
