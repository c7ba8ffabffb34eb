import type pg from 'pg';
import { type Fact, type TellHost, tell } from './delivery/tell.ts';
import { logInFeed } from './feed/store.ts';
import type { NotificationSent } from './says.ts';
import type { UserId } from './system.ts';

/** As a handler of events has it. A method, since a system's ids are numbers or UUIDs, and not either. */
type Context = {
  tx: pg.PoolClient;
  publish(type: 'NotificationSent', data: NotificationSent): Promise<unknown>;
};

/** Tells somebody of a fact, in the transaction in which it is heard of. */
export async function tellOf(host: TellHost, fact: Fact, context: Context): Promise<void> {
  const { tx } = context;
  const { userId, kind } = fact;
  const inApp = await tell(tx, host, fact);
  if (!inApp) return;
  await logInFeed(tx, userId, inApp.deliveryId);
  await context.publish('NotificationSent', { userId, kind, channel: 'in_app', ...inApp });
}

/** Of this service's own `NotificationSent`: rows that others make are told by it, once, at whatever stage, and then come to streams. */
export async function hearOfRow(
  { data: { userId, notificationId } }: { data: { userId: UserId; notificationId?: number | string } },
  { tx }: { tx: pg.PoolClient },
): Promise<void> {
  if (notificationId !== undefined) await logInFeed(tx, userId, `n${notificationId}`);
}
