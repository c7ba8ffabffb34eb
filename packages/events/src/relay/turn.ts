import { connectionConfig, type Db, errorCode } from '@banyan/postgres';
import pg from 'pg';

/** Being the one active relay of a database. */
export type Turn = {
  /** Resolves when the turn is over: given back, or its connection was lost. */
  lost: Promise<void>;
  giveBack(): Promise<void>;
};

/**
 * Waits, without asking again and again, until no other relay of this database is active; one that dies takes its turn
 * with it. Rejects if `signal` aborts or the connection is lost. The slot itself admits one reader only; the turn is what
 * makes the others wait in line.
 */
export async function takeTurn(url: string, pool: Db, signal: AbortSignal): Promise<Turn> {
  const client = new pg.Client({
    ...connectionConfig(url, {}),
    application_name: 'banyan-relay',
    keepAlive: true,
  });
  const ended = Promise.withResolvers<void>();
  client.on('end', ended.resolve);
  client.on('error', () => ended.resolve());
  // Ends the waiting on the server too: it would not notice that nobody waits any more.
  const cancel = () => {
    const pid = (client as { processID?: number }).processID;
    if (pid) pool.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => {});
    else void client.end();
  };
  signal.addEventListener('abort', cancel);
  try {
    signal.throwIfAborted();
    await client.connect();
    signal.throwIfAborted();
    // So that a relay that was killed while it waited does not stay in line. Not on every platform.
    await client.query(`SET client_connection_check_interval = '10s'`).catch(() => {});
    // Whoever has to look the table up while it waits holds a snapshot of the catalog: look it up before.
    await client.query('SELECT FROM banyan_events.relay_turn');
    await client.query('BEGIN');
    await client.query(NO_LIMITS);
    await client.query('LOCK TABLE banyan_events.relay_turn IN EXCLUSIVE MODE');
    signal.throwIfAborted();
  } catch (error) {
    await client.end().catch(() => {});
    throw errorCode(error) === CANCELED && signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  return {
    lost: ended.promise,
    giveBack: async () => {
      await client.end().catch(() => {});
    },
  };
}

const CANCELED = '57014';

/** This transaction is meant to last. */
const NO_LIMITS = `
  SELECT set_config(name, '0', true) FROM pg_settings
  WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout', 'lock_timeout')`;
