import { setTimeout as delay } from 'node:timers/promises';
import { type Db, errorCode, type Queryable, quoteTable, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { Contracts } from '../contracts.ts';
import { EventsError } from '../errors.ts';
import { textOf } from '../failure.ts';
import { existing, type Fact, type FromRows, type TableFacts, tablesOf } from './from-rows.ts';

export type WalkOptions<C extends Contracts> = {
  /** Of the service's database. Its sessions write values as text the same way everywhere (`exact`). */
  pool: Db;
  fromRows: FromRows<C>;
  /** Asked for again by its name it goes on, or is done already. */
  name: string;
  /** For whom: the same whenever it is asked for by this name. */
  consumer: string;
  /** Rows told in one transaction, and locked by it, at most. Default 250. */
  chunkRows?: number;
  /** Waits between two transactions. Default: as long as the last one took. */
  pause?(): Promise<unknown>;
  /** Stops after the transaction in hand. */
  signal?: AbortSignal;
  onProgress?(progress: Walked): void;
};

/** Of all its tables: rows that were looked at, of so many that there were when it began, and facts that were told of them. */
export type Walked = { rows: number; total: number; facts: number; complete: boolean };

type Work<C extends Contracts> = {
  /** Waited for before each chunk, outside of its transaction. */
  ready?(): Promise<void>;
  /** Does with the facts of a chunk what they are for, in its transaction. Resolves with how many were told. */
  tell(tx: Queryable, facts: readonly Fact<C>[]): Promise<number>;
  /** In the same transaction, once it is noted how far it has come. */
  noted?(tx: Queryable): Promise<void>;
};

/**
 * Goes through all rows that `exists` functions have something to say of. What it tells of each row is told once, whatever ends this
 * process, and in its place: behind all changes that had made the row what is told, before all later ones.
 *
 * In chunks by primary key. A chunk's rows are locked against changes, so that one comes either before, and is in the row that is
 * read, or after; what is told and how far it has come are one transaction.
 */
export async function walkRows<C extends Contracts>(options: WalkOptions<C>, work: Work<C>): Promise<Walked> {
  const { pool, fromRows, signal } = options;
  const tables = [...tablesOf(fromRows)].filter(([, { exists }]) => exists);
  const names = tables.map(([table]) => table);
  if (tables.length === 0) throw new EventsError('NO_EXISTS', { tables: Object.keys(fromRows).join(', ') });
  for (const [table] of tables) await begin(options, table);
  for (const [table, facts] of tables) {
    const key = await primaryKey(pool, table);
    for (let more = true; more && !signal?.aborted; ) {
      await work.ready?.();
      if (signal?.aborted) break;
      const began = performance.now();
      more = await tellChunk(options, { table, facts, key }, work).catch(againIfLockedOut);
      options.onProgress?.(await progressOf(options, names));
      // Users' transactions wait for its rows and its writes: half of the time is theirs.
      const rest = () => delay(performance.now() - began, undefined, { signal }).catch(() => {});
      if (more) await (options.pause ?? rest)();
    }
  }
  return await progressOf(options, names);
}

/** The next chunk of a table. False: there is none left. */
async function tellChunk<C extends Contracts>(
  { pool, name, chunkRows = CHUNK_ROWS }: WalkOptions<C>,
  { table, facts, key }: { table: string; facts: TableFacts<C>; key: readonly KeyColumn[] },
  { tell, noted }: Work<C>,
): Promise<boolean> {
  const inOne = async (tx: pg.PoolClient) => {
    await tx.query(PATIENCE);
    // Another process that goes on with the same one waits here, and then goes on from where this one has come to.
    const { rows: states } = await tx.query<{ told_to: string[] | null; ended: boolean }>(
      `SELECT told_to, ended_at IS NOT NULL AS ended FROM banyan_events.backfills
       WHERE name = $1 AND table_name = $2 FOR UPDATE`,
      [name, table],
    );
    const { told_to: after, ended } = states[0]!;
    if (ended) return false;
    const { rows } = await tx.query(chunkSql(table, key, after !== null), [chunkRows, ...(after ?? [])]);
    const told = await tell(
      tx,
      rows.flatMap(({ banyan_key: _, ...row }) => exists(table, facts, row)),
    );
    const more = rows.length === chunkRows;
    await tx.query(
      `UPDATE banyan_events.backfills SET told_to = coalesce($3, told_to), rows = rows + $4, facts = facts + $5,
         ended_at = CASE WHEN $6 THEN NULL ELSE clock_timestamp() END
       WHERE name = $1 AND table_name = $2`,
      [name, table, rows.at(-1)?.banyan_key ?? null, rows.length, told, more],
    );
    await noted?.(tx);
    return more;
  };
  // A row that is waited for is read as whoever had it has left it, whatever the database's default is.
  return await withTransaction(pool, inOne, { isolation: 'read committed' });
}

async function begin<C extends Contracts>(
  { pool, name, consumer }: WalkOptions<C>,
  table: string,
): Promise<void> {
  await pool.query(
    `INSERT INTO banyan_events.backfills AS b (name, table_name, consumer, total)
     SELECT $1, $2, $3, (SELECT count(*) FROM ${quoted(table)})
     WHERE NOT EXISTS (SELECT FROM banyan_events.backfills WHERE name = $1 AND table_name = $2
                       AND (told_to IS NOT NULL OR ended_at IS NOT NULL))
     ON CONFLICT (name, table_name) DO UPDATE SET total = excluded.total`,
    [name, table, consumer],
  );
  const { rows } = await pool.query<{ consumer: string }>(
    'SELECT consumer FROM banyan_events.backfills WHERE name = $1 AND consumer <> $2',
    [name, consumer],
  );
  if (rows[0]) throw new EventsError('BACKFILL_TAKEN', { name, consumer: rows[0].consumer });
}

async function progressOf<C extends Contracts>(
  { pool, name }: WalkOptions<C>,
  tables: readonly string[],
): Promise<Walked> {
  const { rows } = await pool.query<Walked>(
    `SELECT sum(rows)::float8 AS rows, sum(total)::float8 AS total, sum(facts)::float8 AS facts,
       bool_and(ended_at IS NOT NULL) AS complete FROM banyan_events.backfills WHERE name = $1 AND table_name = ANY($2)`,
    [name, tables],
  );
  return rows[0]!;
}

/** Quoted. */
type KeyColumn = { name: string; type: string };

async function primaryKey(pool: Db, table: string): Promise<KeyColumn[]> {
  const { rows } = await pool.query<KeyColumn>(
    `SELECT quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type
     FROM pg_index AS i
     CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (column_number, place)
     JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.column_number
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY k.place`,
    [quoted(table)],
  );
  if (rows.length === 0) throw new EventsError('NO_PRIMARY_KEY', { table });
  return rows;
}

/** Parameters: how many, and the key behind which they are. Locked so that nobody changes them, and referring to them is allowed. */
function chunkSql(table: string, key: readonly KeyColumn[], goesOn: boolean): string {
  const columns = key.map(({ name }) => `t.${name}`).join(', ');
  const behind = key.map(({ type }, at) => `$${at + 2}::text::${type}`).join(', ');
  const texts = key.map(({ name }) => `t.${name}::text`).join(', ');
  return `SELECT t.*, ARRAY[${texts}] AS banyan_key FROM ${quoted(table)} AS t
    ${goesOn ? `WHERE (${columns}) > (${behind})` : ''} ORDER BY ${columns} LIMIT $1 FOR SHARE OF t`;
}

function exists<C extends Contracts>(
  table: string,
  facts: TableFacts<C>,
  row: Record<string, unknown>,
): readonly Fact<C>[] {
  try {
    return existing(facts, row);
  } catch (error) {
    throw new EventsError('FROM_ROWS_THREW', { table, says: textOf(error) }, error);
  }
}

/** Whoever has rows of the chunk locked goes first: it may wait for others of them. */
function againIfLockedOut(error: unknown): true {
  if (!LOCKED_OUT.test(errorCode(error) ?? '')) throw error;
  return true;
}

function quoted(table: string): string {
  const dot = table.indexOf('.');
  return quoteTable(table.slice(0, dot), table.slice(dot + 1));
}

const CHUNK_ROWS = 250;
/** lock_timeout, deadlock. */
const LOCKED_OUT = /^(55P03|40P01)$/;

/** Well below the time after which PostgreSQL looks for a deadlock, which might end the transaction of a user. */
const PATIENCE: pg.QueryConfig = {
  name: 'banyan_backfill_patience',
  text: `SELECT set_config('lock_timeout', greatest(1, setting::int / 4)::text, true)
    FROM pg_settings WHERE name = 'deadlock_timeout'`,
};
