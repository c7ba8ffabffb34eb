import type pg from 'pg';
import type { SagaLog } from './host.ts';

/**
 * Two processes that make DBOS's tables at the same time end in a deadlock: it builds indexes concurrently, which waits for
 * every other transaction. So does one that merely waits for a lock, hence the trying. Whoever tries for long says so, and
 * who is in the way.
 */
export async function launchAlone<T>(
  pool: pg.Pool,
  log: Pick<SagaLog, 'warn'>,
  launch: () => Promise<T>,
  { warnEveryMs = WARN_EVERY_MS } = {},
): Promise<T> {
  const client = await pool.connect();
  const since = performance.now();
  let warnAt = since + warnEveryMs;
  try {
    while (!(await taken(client))) {
      if (performance.now() >= warnAt) {
        const seconds = Math.round((performance.now() - since) / 1_000);
        log.warn(
          { seconds, holders: await holders(client) },
          'sagas wait to be started: another process starts its own in this database; if that one hangs, end it',
        );
        warnAt = performance.now() + warnEveryMs;
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
    return await launch();
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => {});
    client.release();
  }
}

/** Any constant of our own will do. */
const LOCK = 7_310_575_126_192;
const TRY_EVERY_MS = 50;
/** A start takes a second or two. */
const WARN_EVERY_MS = 5_000;

async function taken(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
  return rows[0]!.mine;
}

/** What a person needs to find them: nothing that they have asked the database. */
async function holders(client: pg.PoolClient): Promise<object[]> {
  const { rows } = await client.query<object>(
    `SELECT pid, usename AS role, application_name AS application, host(client_addr) AS host, client_port AS port,
       backend_start AS connected, state
     FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND objsubid = 1
       AND ((classid::bigint << 32) | objid::bigint) = $1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [LOCK],
  );
  return rows;
}
