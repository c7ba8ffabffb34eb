import type pg from 'pg';
import { factOfRow } from './delivery/of-row.ts';
import { type Fact, type TellHost, tell } from './delivery/tell.ts';
import { findRow, logInFeed } from './feed/store.ts';
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
  const { deliveryId, isRow } = inApp;
  await logInFeed(tx, userId, isRow ? `n${deliveryId}` : deliveryId);
  const found = { deliveryId, ...(isRow && { notificationId: deliveryId }) };
  await context.publish('NotificationSent', { userId, kind, channel: 'in_app', ...found });
}

/** Of this service's own `NotificationSent`: rows that others make are told by it, once, at whatever stage, and then come to streams. */
export async function hearOfRow(
  { data: { userId, notificationId } }: { data: { userId: UserId; notificationId?: number | string } },
  { tx }: { tx: pg.PoolClient },
): Promise<void> {
  if (notificationId !== undefined) await logInFeed(tx, userId, `n${notificationId}`);
}

/**
 * And tells of such a row by the other ways, in the row's words, as the person has chosen of this kind: for what nobody tells but by the row.
 */
export async function tellOfRow(
  host: TellHost,
  kind: string,
  {
    time,
    data: { userId, notificationId, deliveryId },
  }: { time: string; data: { userId: UserId; notificationId?: number | string; deliveryId?: string } },
  { tx }: { tx: pg.PoolClient },
): Promise<void> {
  // Of its own rows this service has told by all ways when it made them.
  if (notificationId === undefined || deliveryId !== undefined) return;
  const row = await findRow(tx, userId, notificationId);
  // It is gone again, with the account.
  if (!row) return;
  const fact = factOfRow(notificationId);
  await tell(tx, host, { fact, userId, kind, parameters: row, at: new Date(time), isInApp: true });
}
