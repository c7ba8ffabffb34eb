import { connectionConfig, EXACT_SETTINGS, pinNewerSettings, TransactionClient } from '@banyan/postgres';
import type pg from 'pg';
import { isConnectionError } from './apply-errors.ts';
import type { BoundStatement, BoundTable } from './bound-table.ts';

/**
 * One connection to a target that writes under a replication origin, with triggers and foreign keys off. Only one
 * session may hold an origin, so no two appliers can run for the same link.
 */
export class TargetSession {
  readonly client: pg.Client & Pick<TransactionClient, 'beginLater' | 'hold' | 'commit' | 'rollBack'>;
  /** Which server this is, and which life of it; undefined: it does not say. */
  server: string | undefined;
  /** A steady clock, ms: the server has not crashed since. */
  openedAt = 0;
  #broken: Error | undefined;

  private constructor(client: TransactionClient) {
    this.client = client;
    client.on('error', (error) => {
      this.#broken ??= error;
    });
  }

  static async open(url: string, origin: string): Promise<TargetSession> {
    const client = new TransactionClient({
      ...connectionConfig(url, EXACT_SETTINGS),
      application_name: origin,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    const session = new TargetSession(client);
    try {
      await client.connect();
      await pinNewerSettings(client);
      await client.query(SETTINGS);
      await client.query('SELECT pg_replication_origin_session_setup($1)', [origin]);
      session.openedAt = performance.now();
      session.server = await serverOf(client);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** From now on it waits only a moment for rows that others have locked (`PATIENCE`). */
  async giveWay(): Promise<void> {
    await this.client.query(PATIENCE);
  }

  get broken(): Error | undefined {
    return this.#broken;
  }

  async run(
    table: BoundTable,
    statement: BoundStatement,
    rows: Parameters<BoundTable['parameters']>[1],
    olds: Parameters<BoundTable['parameters']>[2] = [],
  ): Promise<pg.QueryResult> {
    return await this.client.query({
      name: statement.name,
      text: statement.text,
      values: table.parameters(statement, rows, olds),
    });
  }

  /**
   * Resolves when what was committed before, also by others, is on the target's disk. A transaction that writes nothing would not
   * wait for it, though it has a number. `link`: has a record.
   */
  async flush(link: string): Promise<void> {
    this.client.beginLater('BEGIN');
    this.client.hold(DURABLE);
    this.client.hold({
      name: 'banyan_flush',
      text: 'UPDATE banyan.links SET applied_lsn = applied_lsn WHERE link = $1',
      values: [link],
    });
    await this.client.commit();
  }

  async close(): Promise<void> {
    const { stream } = (this.client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    const timer = setTimeout(() => stream.destroy(), 500);
    await this.client.end().catch(() => {});
    clearTimeout(timer);
  }
}

async function serverOf(client: pg.Client): Promise<string | undefined> {
  try {
    const { rows } = await client.query<{ server: string }>(
      `SELECT concat_ws(' ', system_identifier, pg_postmaster_start_time()) AS server FROM pg_control_system()`,
    );
    return rows[0]!.server;
  } catch (error) {
    if (isConnectionError(error)) throw error;
    return undefined;
  }
}

/**
 * Rows are found by their keys however small the table looks to a plan that is made once: a plan that scans a table
 * would turn every small batch into a scan of it.
 */
const SETTINGS = [
  'SET session_replication_role = replica',
  'SET plan_cache_mode = force_generic_plan',
  'SET enable_hashjoin = off',
  'SET enable_mergejoin = off',
  'SET enable_seqscan = off',
  'SET enable_bitmapscan = off',
  'SET jit = off',
  // What it has committed can be read at once; the disk is waited for by `DURABLE` and `flush`.
  'SET synchronous_commit = off',
].join('; ');

/**
 * How long it waits for a row that somebody else has locked before it lets go of all that it holds and begins again: well below the time
 * after which PostgreSQL looks for a deadlock. A transaction of an application that waits for us while we wait for it would
 * be ended by that as often as ours, and its user would get an error.
 */
const PATIENCE = `
  SELECT set_config('lock_timeout', greatest(1, setting::int / 4)::text, false)
  FROM pg_settings WHERE name = 'deadlock_timeout'`;

/** Behind a BEGIN of what cannot begin again by itself: it waits as long as it takes. */
export const UNTIL_UNLOCKED = 'SET LOCAL lock_timeout = 0';

/**
 * What ends a transaction, in front of its COMMIT: its position commits with its rows, in `banyan.links` and as the
 * origin's. The origin's alone would not do: PostgreSQL 16 and later move it forward on ROLLBACK too, once it was set up.
 */
export function positionAt(link: string, lsn: string, time: string): pg.QueryConfig & { name: string } {
  return {
    name: 'banyan_position',
    text: `UPDATE banyan.links SET applied_lsn = $1 WHERE link = $2
      RETURNING pg_replication_origin_xact_setup($1, $3)`,
    values: [lsn, link, time],
  };
}

/** In front of a COMMIT that waits until it, and all before it, is on the target's disk. */
export const DURABLE = { name: 'banyan_durable', text: 'SET LOCAL synchronous_commit = on' };
