import { connectionConfig, type Db } from '@banyan/postgres';
import pg from 'pg';
import { endFrozen, LEASE_MS, Lease } from './lease.ts';

/** Being the one active relay of a database. */
export type Leadership = {
  /** Resolves when the leadership is over: resigned, its connection was lost, or its lease has run out. */
  lost: Promise<void>;
  /** Whether nobody else can have it: to be asked before each effect. */
  holds(): boolean;
  /** By which the database knows it. */
  holder: string;
  resign(): Promise<void>;
};

/**
 * Waits, without asking again and again, until no other relay of this database is active; one that dies takes its leadership
 * with it, and one that is frozen loses it when its lease has run out. Rejects if `signal` aborts or the connection is lost. The slot itself admits one reader only; the leadership is what
 * makes the others wait in line.
 */
export async function becomeLeader(
  url: string,
  pool: Db,
  signal: AbortSignal,
  { slot = '', leaseMs = LEASE_MS }: { slot?: string; leaseMs?: number } = {},
): Promise<Leadership> {
  const client = new pg.Client({
    ...connectionConfig(url, {}),
    application_name: 'banyan-relay',
    keepAlive: true,
  });
  const ended = Promise.withResolvers<void>();
  client.on('end', ended.resolve);
  client.on('error', () => ended.resolve());
  signal.throwIfAborted();
  const abort = Promise.withResolvers<never>();
  const onAbort = () => abort.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  const connecting = client.connect();
  const waiting = connecting.then(() => waitInLine(client));
  const watching = setInterval(() => void endFrozen(pool, slot).catch(() => {}), leaseMs / 2);
  const lease = new Lease(pool, leaseMs);
  try {
    await Promise.race([waiting, abort.promise]);
    clearInterval(watching);
    await lease.take();
  } catch (error) {
    waiting.catch(() => {});
    const left = leave(client, connecting, pool);
    // One that is still connecting to a server that does not answer may take its time; nobody has to wait for it.
    if (pidOf(client)) await left;
    throw error;
  } finally {
    clearInterval(watching);
    abort.promise.catch(() => {});
    signal.removeEventListener('abort', onAbort);
  }
  return {
    lost: Promise.race([ended.promise, lease.lost]),
    holds: () => lease.holds,
    holder: lease.holder,
    resign: async () => {
      await lease.resign();
      await client.end().catch(() => {});
    },
  };
}

async function waitInLine(client: pg.Client): Promise<void> {
  // So that a relay that was killed while it waited does not stay in line. Not on every platform.
  await client.query(`SET client_connection_check_interval = '10s'`).catch(() => {});
  // Whoever has to look the table up while it waits holds a snapshot of the catalog: look it up before.
  await client.query('SELECT FROM banyan_events.relay_turn');
  await client.query('BEGIN');
  await client.query(NO_LIMITS);
  await client.query('LOCK TABLE banyan_events.relay_turn IN EXCLUSIVE MODE');
}

/**
 * Ends the waiting on the server too: it would not notice that nobody waits any more. The session and not the statement: a
 * cancellation that comes between two statements cancels nothing, and the next one would wait for ever.
 */
async function leave(client: pg.Client, connecting: Promise<unknown>, pool: Db): Promise<void> {
  await connecting.catch(() => {});
  const pid = pidOf(client);
  if (pid) await pool.query('SELECT pg_terminate_backend($1)', [pid]).catch(() => {});
  await client.end().catch(() => {});
}

/** This transaction is meant to last. */
const NO_LIMITS = `
  SELECT set_config(name, '0', true) FROM pg_settings
  WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout', 'lock_timeout')`;

/** Of its backend, once it is connected. */
function pidOf(client: pg.Client): number | undefined {
  return (client as { processID?: number }).processID ?? undefined;
}
