import { setTimeout as delay } from 'node:timers/promises';
import type { Db, Queryable } from '@banyan/postgres';
import type { createPublisher } from '../outbox/publish.ts';
import { type backfillContracts, TOLD } from './backfill-messages.ts';

type Publisher = ReturnType<typeof createPublisher<ReturnType<typeof backfillContracts>>>;

/**
 * Until the consumer has handled all but a few of what it was told: what it hears of others waits behind no more than those. At once
 * for one that does not say what it has handled.
 */
export async function waitForConsumer(
  pool: Db,
  { name, signal, onWait }: { name: string; signal?: AbortSignal; onWait?(open: number): void },
): Promise<void> {
  while (!signal?.aborted) {
    const { rows } = await pool.query<{ open: number | null }>({
      name: 'banyan_backfill_open',
      text: OPEN,
      values: [name],
    });
    const open = rows[0]?.open ?? 0;
    if (open <= MOST_OPEN) return;
    onWait?.(open);
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

/** Says how much was told in all, and whether that was all, behind the facts that `tx` tells. Nothing to one that does not count. */
export async function sayTold(
  tx: Queryable,
  { name, owner, consumer }: { name: string; owner: string; consumer: string },
  sendTo: Publisher['sendTo'],
): Promise<void> {
  // Who tells of the other tables of this service waits here: so the last one of them sees that all have ended.
  const { rowCount } = await tx.query(COUNTS, [name]);
  if (rowCount === 0) return;
  const { rows } = await tx.query<{ facts: number; complete: boolean }>(SO_FAR, [name]);
  await sendTo(tx, consumer, TOLD, { owner, consumer, ...rows[0]! });
}

/** Facts that are on their way to a consumer at most, beside those of the transaction in hand. */
export const MOST_OPEN = 400;
const LOOK_MS = 100;

const OPEN = `
  SELECT (SELECT coalesce(sum(b.facts), 0) FROM banyan_events.backfills AS b WHERE b.name = w.name)::float8 - w.handled::float8 AS open
  FROM banyan_events.backfills_wanted AS w WHERE name = $1`;

const COUNTS = `
  SELECT FROM banyan_events.backfills_wanted WHERE name = $1 AND handled IS NOT NULL FOR NO KEY UPDATE`;

const SO_FAR = `
  SELECT coalesce(sum(b.facts), 0)::float8 AS facts, count(b.ended_at) >= coalesce(w.tables, 0) AS complete
  FROM banyan_events.backfills_wanted AS w LEFT JOIN banyan_events.backfills AS b USING (name)
  WHERE w.name = $1 GROUP BY w.name`;
