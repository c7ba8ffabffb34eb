import type { Db, Queryable } from '@banyan/postgres';
import type { Contracts } from '../contracts.ts';
import { type FromRows, tablesOf } from './from-rows.ts';

/** A backfill that a consumer has asked for, and that has not come to its end. */
export type Wanted = { name: string; consumer: string };

/** The name by which a consumer is told of what a service has, unless somebody gives another. */
export function backfillName(owner: string, consumer: string): string {
  return `${owner}-for-${consumer}`;
}

/** By which what is told by a name is known. */
export function backfillCorrelation(name: string): string {
  return `backfill-${name}`;
}

/** `tables`: so many have something to say, to one that counts what it handles. */
export async function wantBackfill(
  tx: Queryable,
  { name, consumer, tables }: Wanted & { tables?: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO banyan_events.backfills_wanted (name, consumer, tables, handled)
     VALUES ($1, $2, $3, CASE WHEN $3::int IS NOT NULL THEN 0 END) ON CONFLICT DO NOTHING`,
    [name, consumer, tables ?? null],
  );
}

/** What a consumer has handled, as it says. */
export async function noteHandled(tx: Queryable, name: string, facts: number): Promise<void> {
  await tx.query(
    'UPDATE banyan_events.backfills_wanted SET handled = greatest(handled, $2) WHERE name = $1 AND handled IS NOT NULL',
    [name, facts],
  );
}

/** Those that are not told all of these tables yet, the first one first. None if the service has never been asked. */
export async function wantedBackfills<C extends Contracts>(
  pool: Db,
  fromRows: FromRows<C>,
): Promise<Wanted[]> {
  if (!(await hasBackfills(pool))) return [];
  const tables = [...tablesOf(fromRows)].flatMap(([table, { exists }]) => (exists ? [table] : []));
  const { rows } = await pool.query<Wanted>(
    `SELECT name, consumer FROM banyan_events.backfills_wanted AS w
     WHERE cardinality($1::text[]) > (SELECT count(*) FROM banyan_events.backfills AS b
       WHERE b.name = w.name AND b.table_name = ANY($1) AND b.ended_at IS NOT NULL)
     ORDER BY asked_at, name`,
    [tables],
  );
  return rows;
}

/** Null: it has come to its end. Resolves with whether that is new. */
export async function noteFailure(pool: Db, name: string, failure: string | null): Promise<boolean> {
  const { rowCount } = await pool.query(
    'UPDATE banyan_events.backfills_wanted SET failure = $2 WHERE name = $1 AND failure IS DISTINCT FROM $2',
    [name, failure],
  );
  return rowCount === 1;
}

/** As an operator sees it: one that was asked for, or begun. */
export type BackfillStatus = Wanted & {
  /** The consumer's own definition asks for it; others were asked for by an operator. */
  asked: boolean;
  state: 'waiting' | 'telling' | 'done';
  /** Rows looked at, of so many that there were when it began. */
  rows: number;
  total: number;
  facts: number;
  /** Of those facts, as the consumer says; null: it does not. */
  handled: number | null;
  failure: string | null;
};

export async function listBackfills(pool: Db): Promise<BackfillStatus[]> {
  if (!(await hasBackfills(pool))) return [];
  const { rows } = await pool.query<BackfillStatus>(
    `SELECT name, coalesce(w.consumer, b.consumer) AS consumer, w.name IS NOT NULL AS asked,
       CASE WHEN b.name IS NULL THEN 'waiting' WHEN b.ended THEN 'done' ELSE 'telling' END AS state,
       coalesce(b.rows, 0) AS rows, coalesce(b.total, 0) AS total, coalesce(b.facts, 0) AS facts,
       -- A service of before has no such column.
       (to_jsonb(w) ->> 'handled')::float8 AS handled, w.failure
     FROM banyan_events.backfills_wanted AS w
     FULL JOIN (
       SELECT name, min(consumer) AS consumer, sum(rows)::float8 AS rows, sum(total)::float8 AS total,
         sum(facts)::float8 AS facts, bool_and(ended_at IS NOT NULL) AS ended, min(begun_at) AS begun_at
       FROM banyan_events.backfills GROUP BY name) AS b USING (name)
     ORDER BY coalesce(w.asked_at, b.begun_at), name`,
  );
  return rows;
}

async function hasBackfills(pool: Db): Promise<boolean> {
  const { rows } = await pool.query<{ there: boolean }>(
    `SELECT to_regclass('banyan_events.backfills_wanted') IS NOT NULL AS there`,
  );
  return rows[0]!.there;
}
