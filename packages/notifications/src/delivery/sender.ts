import { withTransaction } from '@banyan/postgres';
import type { FastifyBaseLogger } from 'fastify';
import type { Channel as ChannelName } from '../api/index.ts';
import type { Channel, Outcome } from '../channels/channel.ts';
import { blockAddress } from '../people/store.ts';
import type { Says } from '../says.ts';
import { removeSubscription } from '../ways/store.ts';
import { type Composed, type ComposeHost, compose } from './compose.ts';
import { afterAttempt, beforeAttempt, type Next } from './decide.ts';
import { type Deliveries, settle, type Taken } from './queue.ts';

export type SenderHost = ComposeHost & {
  log: FastifyBaseLogger;
  says: Says;
  /** Those that are configured. */
  channels: ReadonlyMap<ChannelName, Channel>;
  deliveries: Deliveries;
};

/**
 * One attempt at one delivery. Before the other side can have it that is on record, and after it how it ended; in between its process may
 * die, and whoever takes it next knows that nobody knows.
 */
export async function attempt(host: SenderHost, taken: Taken): Promise<void> {
  // A browser shows two of the same push once.
  const mayComeTwice = taken.channel === 'push' || mayComeTwiceOf(host, taken.kind);
  const rules = { attempt: taken.tries, now: taken.now, expiresAt: taken.expires_at, mayComeTwice };
  const early = beforeAttempt({ ...rules, handedOver: taken.handed_over });
  if (early) return await finish(host, taken, early);
  const channel = host.channels.get(taken.channel);
  if (!channel) return await finish(host, taken, suppressed('CHANNEL_OFF'));
  const composed = await composedOrNot(host, taken);
  if ('suppressed' in composed) return await finish(host, taken, suppressed(composed.suppressed));
  if ('later' in composed) return await finish(host, taken, waiting(composed));

  const outcome: Outcome =
    'unsent' in composed
      ? { is: 'unsent', reason: composed.unsent }
      : await channel.send(composed.message, async () => {
          // From now on the other side may have it.
          if (!(await host.deliveries.extend(host.pool, taken, 'handed_over_at = now()')))
            throw new Error('the lease of this delivery is over');
        });
  const to = 'message' in composed ? composed.message.to : undefined;
  await finish(host, taken, afterAttempt(outcome, { ...rules, chance: Math.random() }), to);
}

/** Of a kind that is not known: no. */
function mayComeTwiceOf({ system }: SenderHost, kind: string): boolean {
  return system.kinds[kind]?.mayComeTwice ?? false;
}

async function composedOrNot(host: SenderHost, taken: Taken): Promise<Composed | { unsent: string }> {
  try {
    return await compose(host, taken);
  } catch (err) {
    // A template that cannot be filled, a key that is missing: nothing went out, and whoever mends it finds it here.
    host.log.error({ err, delivery: taken.id, kind: taken.kind }, 'a message cannot be made');
    return { unsent: 'NOT_COMPOSED' };
  }
}

const waiting = ({ later, reason }: { later: Date; reason: string }): Next => ({
  state: 'queued',
  reason,
  dueAt: later,
  providerId: null,
  isPutOff: true,
});
const suppressed = (reason: string): Next => ({ state: 'suppressed', reason, dueAt: null, providerId: null });

async function finish(host: SenderHost, taken: Taken, next: Next, to?: string): Promise<void> {
  const { id: deliveryId, user_id: userId, kind, channel } = taken;
  const settled = await withTransaction(host.pool, async (tx) => {
    if (!(await settle(tx, host.deliveries, taken, next))) return false;
    if (next.state === 'bounced' && channel === 'push') await removeSubscription(tx, userId, taken.target);
    else if (next.state === 'bounced' && to !== undefined)
      await blockAddress(tx, { channel, address: to, reason: next.reason! });
    if (next.state === 'sent')
      await host.says.publish(tx, 'NotificationSent', { userId, kind, channel, deliveryId });
    if (next.state === 'failed' || next.state === 'bounced')
      await host.says.publish(tx, 'DeliveryFailed', {
        userId,
        kind,
        channel,
        deliveryId,
        reason: next.reason!,
      });
    return true;
  });
  const facts = { delivery: deliveryId, kind, channel, state: next.state, reason: next.reason };
  if (settled) host.log.debug(facts, 'a message was tried');
  else host.log.warn(facts, 'a message took longer than its lease, and is not this process’s any more');
}
