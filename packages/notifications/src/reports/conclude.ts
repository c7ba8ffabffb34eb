import type pg from 'pg';
import type { Channel } from '../api/index.ts';
import type { People } from '../people/store.ts';
import type { Says } from '../says.ts';
import type { UserId } from '../system.ts';

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
  { says, people }: { says: Says; people: People },
  { deliveryId, channel, state, reason }: Report,
): Promise<{ address: string | null } | undefined> {
  const { rows } = await tx.query<{ user_id: UserId; kind: string; target: string }>(
    `UPDATE deliveries SET state = $2, reason = $3, updated_at = now()
     WHERE id = $1 AND channel = $4 AND state IN ('sending', 'sent') RETURNING user_id, kind, target`,
    [deliveryId, state, reason, channel],
  );
  const [one] = rows;
  if (!one) return undefined;
  const { user_id: userId, kind, target } = one;
  if (state !== 'delivered')
    await says.publish(tx, 'DeliveryFailed', {
      userId,
      kind,
      channel,
      deliveryId,
      reason: reason ?? 'FAILED',
    });
  const { isDeleted, email, phone } = await people.find(tx, userId);
  if (isDeleted) return { address: null };
  return { address: target || (channel === 'sms' ? phone : email) };
}
