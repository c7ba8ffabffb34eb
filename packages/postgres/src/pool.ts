import pg from 'pg';
import { TransactionClient } from './client.ts';
import { PostgresError } from './errors.ts';
import { connectionConfig, EXACT_SETTINGS, PINNED_SETTINGS, pinNewerSettings } from './settings.ts';

export type Db = pg.Pool;

export interface PoolOptions {
  /** Connections at most. Default 10. */
  max?: number;
  /** Shown in `pg_stat_activity`. Default `banyan`. */
  applicationName?: string;
  /** The server cancels a statement after this many milliseconds. Default: no limit. */
  statementTimeoutMs?: number;
  /** Asking for a connection fails after this many milliseconds, with `POOL_EXHAUSTED` if all are in use. Default: no limit. */
  connectTimeoutMs?: number;
  /** The sessions carry rows between databases: all of `EXACT_SETTINGS` are pinned. Default false. */
  exact?: boolean;
}

/**
 * An unused connection is closed after so long, ms. Bursts come more often than that: each would else pay for new
 * connections, a login and cold caches each, when it hurts most.
 */
const IDLE_MS = 60_000;

/** A pool whose sessions write values as text the same way everywhere, and which survives a killed backend. */
export function createPool(url: string, options: PoolOptions = {}): pg.Pool {
  const {
    max = 10,
    applicationName = 'banyan',
    statementTimeoutMs,
    connectTimeoutMs,
    exact = false,
  } = options;
  const settings = { ...(exact ? EXACT_SETTINGS : PINNED_SETTINGS) };
  if (statementTimeoutMs !== undefined) settings.statement_timeout = String(statementTimeoutMs);
  const pool = new NamingPool({
    ...connectionConfig(url, settings),
    Client: TransactionClient as unknown as new () => pg.ClientBase,
    max,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: connectTimeoutMs ?? 0,
    application_name: applicationName,
    ...(exact && { onConnect: pinNewerSettings }),
  });
  // A backend that dies makes its client emit 'error'. Without a listener that ends the process, both while the
  // client is idle (the pool's event) and while it is checked out (the client's). The query in flight rejects
  // anyway, and the pool replaces the client, so there is nothing else to do here.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return pool;
}

/** Does one piece of work in a pool of its own, of one connection unless `options` say more, which is closed with it. */
export async function withPool<T>(
  url: string,
  options: PoolOptions,
  work: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const pool = createPool(url, { max: 1, ...options });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Says what to do when all connections are in use; pg's own text speaks of connecting. */
class NamingPool extends pg.Pool {
  override connect(...args: unknown[]): never {
    const [callback] = args as [((error?: Error, ...rest: unknown[]) => void)?];
    if (callback) {
      const told = (error?: Error, ...rest: unknown[]) => callback(error && this.#named(error), ...rest);
      return super.connect(told as never) as never;
    }
    return super.connect().catch((error: Error) => {
      throw this.#named(error);
    }) as never;
  }

  #named(error: Error): Error {
    if (error.message !== 'timeout exceeded when trying to connect') return error;
    const { max, connectionTimeoutMillis: waitedMs } = this.options;
    return new PostgresError('POOL_EXHAUSTED', { connections: max, waitedMs }, error);
  }
}

function ignore(): void {}
