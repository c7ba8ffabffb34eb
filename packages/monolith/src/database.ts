import pg from 'pg';

/** Connections at most; the legacy system ran with about fifty over all its workers. */
const MAX_CONNECTIONS = 10;
/** Never closed for being idle: the next burst would pay for new ones, a login and cold caches each, when it hurts most. */
const IDLE_MS = 0;

export function connect(url: string, applicationName: string): pg.Pool {
  return open({
    connectionString: url,
    max: MAX_CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
    application_name: applicationName,
    options: '-c TimeZone=UTC',
  });
}

/** Connections to the same database that go by another name there. */
export function connectAs(pool: pg.Pool, applicationName: string): pg.Pool {
  return open({ ...pool.options, application_name: applicationName });
}

function open(options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(options);
  // Without a listener the death of one backend would end the whole process; the pool replaces the client itself.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/**
 * Runs `sql` unless `lastTable`, the last one that it makes, is there. Serialized, so that several processes may start on an
 * empty database at once.
 */
export async function createTables(pool: pg.Pool, sql: string, lastTable: string): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('schema of the monolith'))`);
    const { rows } = await client.query<{ present: boolean }>(
      'SELECT to_regclass($1) IS NOT NULL AS present',
      [lastTable],
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

/** SQLSTATEs of constraints that are broken: of what is twice, of a reference to nothing, and of what excludes one another. */
export const UNIQUE_VIOLATION = '23505';
export const FOREIGN_KEY_VIOLATION = '23503';
export const EXCLUSION_VIOLATION = '23P01';
