import {
  applySchemaFile,
  type Db,
  type Queryable,
  type TransactionOptions,
  withTransaction,
} from '@banyan/postgres';
import type pg from 'pg';

/** Makes the inbox's table. */
export async function applyInboxSchema(pool: Db): Promise<void> {
  await applySchemaFile(pool, { name: 'banyan_events.inbox', file: new URL('schema.sql', import.meta.url) });
}

/**
 * Runs `effect` in a transaction that also marks the message as processed by this consumer: both happen or neither.
 * False if the message was processed before; waits for a transaction that is processing it just now.
 */
export async function processOnce(
  pool: Db,
  consumer: string,
  messageId: string,
  effect: (tx: pg.PoolClient) => Promise<void>,
  options: Pick<TransactionOptions, 'signal'> = {},
): Promise<boolean> {
  return await withTransaction(
    pool,
    async (tx) => {
      const { rowCount } = await tx.query({
        name: 'banyan_inbox',
        text: 'INSERT INTO banyan_events.inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        values: [consumer, messageId],
      });
      if (rowCount === 0) return false;
      await effect(tx);
      return true;
    },
    options,
  );
}

/**
 * Marks several messages as processed in the transaction of their effects, with one statement. Returns those that were not
 * before; the effects of the others have happened.
 */
export async function markProcessed(
  tx: Queryable,
  consumer: string,
  messageIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ message_id: string }>({
    name: 'banyan_inbox_many',
    // In one order everywhere, so that no two wait for each other.
    text: `INSERT INTO banyan_events.inbox (consumer, message_id) SELECT $1, id FROM unnest($2::text[]) AS id ORDER BY id
           ON CONFLICT DO NOTHING RETURNING message_id`,
    values: [consumer, messageIds],
  });
  return new Set(rows.map(({ message_id }) => message_id));
}

/** Takes marks of the same transaction back. */
export async function unmark(tx: Queryable, consumer: string, messageIds: readonly string[]): Promise<void> {
  await tx.query('DELETE FROM banyan_events.inbox WHERE consumer = $1 AND message_id = ANY($2::text[])', [
    consumer,
    messageIds,
  ]);
}

/**
 * Forgets marks older than `retentionMs`, in batches. A message that comes again after that has its effect again, so it
 * must be longer than any bus keeps a message that it has delivered. Returns how many.
 */
export async function sweepInbox(
  pool: Db,
  { retentionMs, batch = 5_000 }: { retentionMs: number; batch?: number },
): Promise<number> {
  for (let total = 0; ; ) {
    const { rowCount } = await pool.query(
      `DELETE FROM banyan_events.inbox WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM banyan_events.inbox WHERE at < now() - $1 * interval '1 millisecond' LIMIT $2))`,
      [retentionMs, batch],
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return total;
  }
}
