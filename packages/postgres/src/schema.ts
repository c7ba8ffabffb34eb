import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { withTransaction } from './transaction.ts';

export interface Schema {
  /** Whose schema it is, such as `users` or `control`; unique in the database. */
  name: string;
  /** Idempotent statements (`CREATE ... IF NOT EXISTS`) that may run inside a transaction. */
  sql: string;
}

/** Serializes all schema changes of one database, whoever makes them. Any constant will do. */
const LOCK = 7_310_575_126_191;

/**
 * Brings a `schema.sql` into the database: at once if it was never run, again if its text has changed, not at
 * all otherwise. All in one transaction under an advisory lock, so that any number of processes may call it at
 * the same time and a failing file leaves nothing behind. What was run is in `banyan_schema.applied`.
 */
export async function applySchema(
  pool: pg.Pool | pg.PoolClient,
  { name, sql }: Schema,
): Promise<'applied' | 'unchanged'> {
  const checksum = createHash('sha256').update(sql).digest('hex');
  return await withTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query(LEDGER);
    const { rows } = await client.query<{ checksum: string }>(
      'SELECT checksum FROM banyan_schema.applied WHERE name = $1',
      [name],
    );
    if (rows[0]?.checksum === checksum) return 'unchanged';
    await client.query(sql);
    await client.query(
      `INSERT INTO banyan_schema.applied (name, checksum) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, at = now()`,
      [name, checksum],
    );
    return 'applied';
  });
}

export interface SchemaFile extends Pick<Schema, 'name'> {
  file: URL;
  /** Words of the file in whose place others are put, as `USER_ID` for the type of a system's ids. Default: none. */
  words?: Readonly<Record<string, string>>;
}

/** The same of a file as it lies beside the code. */
export async function applySchemaFile(
  pool: pg.Pool | pg.PoolClient,
  { name, file, words = {} }: SchemaFile,
): Promise<'applied' | 'unchanged'> {
  let sql = await readFile(file, 'utf8');
  for (const [word, by] of Object.entries(words)) sql = sql.replaceAll(word, by);
  return await applySchema(pool, { name, sql });
}

const LEDGER = `
  CREATE SCHEMA IF NOT EXISTS banyan_schema;
  CREATE TABLE IF NOT EXISTS banyan_schema.applied (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
  )`;
