import type { Events } from '@banyan/events';
import type pg from 'pg';
import type { Channel } from '../../../api/notifications.ts';
import type { contracts } from '../../../contracts/notifications.ts';

/** What the other side tells later of a message that it had taken. */
export type Report = {
  deliveryId: string;
  state: 'delivered' | 'failed' | 'bounced';
  reason: string | null;
};

/**
 * Notes what became of a message, and tells if it did not arrive. Once: what is over stays as it is, and what is unknown is passed over. It may come
 * before this side has noted that the message was taken.
 */
export async function conclude(
  tx: pg.PoolClient,
  publish: Events<typeof contracts>['publish'],
  { deliveryId, state, reason }: Report,
): Promise<boolean> {
  const { rows } = await tx.query<{ user_id: number; kind: string; channel: Channel }>(
    `UPDATE deliveries SET state = $2, reason = $3, updated_at = now()
     WHERE id = $1 AND state IN ('sending', 'sent') RETURNING user_id, kind, channel`,
    [deliveryId, state, reason],
  );
  const [one] = rows;
  if (!one) return false;
  const { user_id: userId, kind, channel } = one;
  if (state !== 'delivered')
    await publish(tx, 'DeliveryFailed', { userId, kind, channel, deliveryId, reason: reason ?? 'FAILED' });
  return true;
}
