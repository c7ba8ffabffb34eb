import { type Db, withTransaction } from '@banyan/postgres';
import type { PgBoss } from 'pg-boss';
import type { DeadLetter, DeadLetters } from '../bus.ts';
import { receiveValue } from '../received.ts';
import { enqueue } from './queues.ts';

type Which = { ids: readonly string[] } | { group: string };

/** Dead letters are rows of `banyan_bus.dead_letters`, written in the transaction that takes the message off its queue. */
export function deadLetters(boss: PgBoss, pool: Db): DeadLetters {
  return {
    async list({ group, type, limit = 1000 } = {}) {
      const { rows } = await pool.query<Row>(
        `SELECT id, queue, message, reason, attempts, died_at FROM banyan_bus.dead_letters
         WHERE ($1::text IS NULL OR queue = $1) AND ($2::text IS NULL OR type = $2)
         ORDER BY died_at, id LIMIT $3`,
        [group, type, limit],
      );
      return rows.map(letterOf);
    },
    async replay(which) {
      return await withTransaction(pool, async (tx) => {
        const { rows } = await tx.query<Row>(`${DELETE} RETURNING *`, idsOrGroup(which));
        rows.sort((a, b) => a.died_at.getTime() - b.died_at.getTime());
        for (const [queue, letters] of Map.groupBy(rows, (row) => row.queue)) {
          await enqueue(
            boss,
            tx,
            queue,
            letters.map(({ message }) => receiveValue(message).message),
          );
        }
        return rows.length;
      });
    },
    async drop(which) {
      return (await pool.query(DELETE, idsOrGroup(which))).rowCount ?? 0;
    },
  };
}

const DELETE = 'DELETE FROM banyan_bus.dead_letters WHERE id::text = ANY($1::text[]) OR queue = $2';

function idsOrGroup(which: Which): unknown[] {
  return 'ids' in which ? [which.ids, null] : [[], which.group];
}

type Row = {
  id: string;
  queue: string;
  /** As the bus kept it: what was no message was put there by others, or by old versions. */
  message: unknown;
  reason: string;
  attempts: number;
  died_at: Date;
};

function letterOf({ id, queue, message, reason, attempts, died_at }: Row): DeadLetter {
  return {
    id,
    group: queue,
    message: receiveValue(message).message,
    reason,
    attempts,
    diedAt: died_at.toISOString(),
  };
}
