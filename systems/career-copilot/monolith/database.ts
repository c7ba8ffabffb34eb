import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** Connections at most; the legacy system ran with about fifty over all its workers. */
const MAX_CONNECTIONS = 10;
/** Never closed for being idle: the next burst would pay for new ones, a login and cold caches each, when it hurts most. */
const IDLE_MS = 0;

export function connect(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
    application_name: 'career-copilot',
    options: '-c TimeZone=UTC',
  });
  // Without a listener the death of one backend would end the whole process; the pool replaces the client itself.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Creates what is missing. Serialized, so that several processes may start on an empty database at once. */
export async function createTables(pool: pg.Pool): Promise<void> {
  const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
  await transaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('career-copilot schema'))`);
    const { rows } = await client.query<{ present: boolean }>(
      `SELECT to_regclass('notifications') IS NOT NULL AS present`,
    );
    if (!rows[0]?.present) await client.query(sql);
  });
}

export async function transaction<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: unknown;
  try {
    await client.query('BEGIN');
    const result = await run(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failure = await client.query('ROLLBACK').then(
      () => undefined,
      () => error,
    );
    throw error;
  } finally {
    client.release(failure !== undefined);
  }
}

/** SQLSTATE of a broken unique constraint. */
export const UNIQUE_VIOLATION = '23505';
