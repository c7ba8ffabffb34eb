import { randomUUID } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import type { FastifyBaseLogger } from 'fastify';
import type pg from 'pg';
import type { Channel } from '../api/index.ts';
import type { People } from '../people/store.ts';
import { type Preferences, wayBy } from '../preferences/preferences.ts';
import type { Says } from '../says.ts';
import type { NotificationSystem, UserId } from '../system.ts';
import { localeOf } from '../templates/locale.ts';
import type { Render } from '../templates/words.ts';
import type { Contents } from './contents.ts';
import { filledAs } from './of-row.ts';
import { enqueue } from './queue.ts';

/** Of one message: what is left comes with the next. */
const MOST_ITEMS = 50;
const PEOPLE_AT_ONCE = 20;

type Item = { id: string; fact: string; kind: string; content: string };
export type DigestHost = {
  pool: pg.Pool;
  log: FastifyBaseLogger;
  says: Says;
  system: NotificationSystem;
  people: People;
  contents: Contents;
  render: Render;
};

/**
 * Makes one message for each person of what is due to come together. The message is queued in the transaction that notes it in its parts, so a
 * part is in one message, whoever makes it and whatever ends them; parts end as their message does.
 */
export async function gatherDigests(host: DigestHost): Promise<void> {
  const { rows } = await host.pool.query<{ user_id: UserId; channel: Channel }>(
    `SELECT user_id, channel FROM deliveries
     WHERE state = 'queued' AND in_digest AND digest_id IS NULL AND due_at <= now()
     GROUP BY user_id, channel LIMIT $1`,
    [PEOPLE_AT_ONCE],
  );
  for (const each of rows) await withTransaction(host.pool, (tx) => gather(tx, host, each));
}

async function gather(
  tx: pg.PoolClient,
  host: DigestHost,
  { user_id: userId, channel }: { user_id: UserId; channel: Channel },
): Promise<void> {
  const { preferences } = await host.people.find(tx, userId);
  const { rows: items } = await tx.query<Item>(
    `SELECT id, fact, kind, content FROM deliveries
     WHERE user_id = $1 AND channel = $2 AND state = 'queued' AND in_digest AND digest_id IS NULL AND due_at <= now()
     ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED`,
    [userId, channel, MOST_ITEMS],
  );
  const parts: string[] = [];
  const lines: { line: string }[] = [];
  for (const item of items) {
    const isWanted = wayBy(host.system, preferences, item.kind, channel) !== undefined;
    const line = isWanted ? await lineOf(host, item, preferences) : undefined;
    if (line === undefined) await leaveOut(tx, host, { ...item, userId, channel, isWanted });
    else {
      parts.push(item.id);
      lines.push({ line });
    }
  }
  if (parts.length === 0) return;
  const id = randomUUID();
  const content = await host.contents.seal(id, { items: lines });
  const of = { id, fact: `digest:${parts[0]}`, userId, channel, kind: 'digest' };
  await enqueue(tx, { ...of, state: 'queued', locale: preferences.locale, content });
  await tx.query('UPDATE deliveries SET digest_id = $1, content = NULL WHERE id = ANY ($2)', [id, parts]);
}

/** Undefined if it cannot be made, which is logged: the others are not kept back by it. */
async function lineOf(
  { contents, render, log }: DigestHost,
  { id, content, ...item }: Item,
  { locale, zone }: Pick<Preferences, 'locale' | 'zone'>,
): Promise<string | undefined> {
  try {
    const { kind, words } = filledAs(item, localeOf(locale));
    const about = { locale: localeOf(locale), zone, unsubscribeUrl: null, words };
    return (await render(kind, await contents.open(id, content), about)).short;
  } catch (err) {
    log.error({ err, delivery: id, kind: item.kind }, 'a part of a digest cannot be made');
    return undefined;
  }
}

async function leaveOut(
  tx: pg.PoolClient,
  { says }: DigestHost,
  {
    id: deliveryId,
    userId,
    kind,
    channel,
    isWanted,
  }: Item & { userId: UserId; channel: Channel; isWanted: boolean },
): Promise<void> {
  const [state, reason] = isWanted ? ['failed', 'NOT_COMPOSED'] : ['suppressed', 'NOT_WANTED'];
  await tx.query(
    'UPDATE deliveries SET state = $2, reason = $3, content = NULL, updated_at = now() WHERE id = $1',
    [deliveryId, state, reason],
  );
  if (isWanted)
    await says.publish(tx, 'DeliveryFailed', { userId, kind, channel, deliveryId, reason: 'NOT_COMPOSED' });
}
