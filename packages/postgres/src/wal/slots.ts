import type pg from 'pg';
import { errorCode, PostgresError } from '../errors.ts';
import { quoteIdent, quoteTable } from '../quote.ts';
import { type Queryable, withTransaction } from '../transaction.ts';
import { type Lsn, parseLsn } from './lsn.ts';

export interface SlotStatus {
  active: boolean;
  activePid: number | undefined;
  database: string;
  /** 0 as long as it is not `made`. */
  confirmedFlushLsn: Lsn;
  /** False while whoever makes it waits for open transactions, also after that process has gone: it will begin later than now. */
  made: boolean;
  restartLsn: Lsn | undefined;
  /** `lost`: the slot is useless and a new copy is needed. `unreserved`: it soon will be. */
  walStatus: 'reserved' | 'extended' | 'unreserved' | 'lost';
  /** Bytes of WAL that may still be written before the slot is lost; undefined if there is no limit. */
  safeWalSize: bigint | undefined;
  /** Bytes of WAL that the server keeps for this slot. */
  retainedBytes: bigint;
  /** Bytes of WAL written since the acknowledged position. */
  lagBytes: bigint;
}

/**
 * Creates a logical slot for pgoutput; changes that commit after `consistentLsn` will be streamed. Waits for
 * transactions that are open now. Publications must exist before. Throws 42710 if the slot exists.
 */
export async function createSlot(
  db: Queryable,
  name: string,
  options: { temporary?: boolean } = {},
): Promise<{ consistentLsn: Lsn }> {
  try {
    const { rows } = await db.query<{ lsn: string }>(
      `SELECT lsn::text FROM pg_create_logical_replication_slot($1, 'pgoutput', $2)`,
      [name, options.temporary ?? false],
    );
    return { consistentLsn: parseLsn(rows[0]!.lsn) };
  } catch (error) {
    const code = errorCode(error);
    if (code === '53400') throw new PostgresError('WAL_SLOTS_EXHAUSTED', { slot: name }, error);
    if (code === '55000') throw new PostgresError('WAL_LEVEL', { slot: name }, error);
    if (code === '42501') throw new PostgresError('WAL_AUTH', { slot: name }, error);
    throw error;
  }
}

/**
 * Drops a slot; false if there is none. One in use is an error (`WAL_SLOT_IN_USE`), unless `force` is given: then
 * its reader is ended first.
 */
export async function dropSlot(
  db: Queryable,
  name: string,
  options: { force?: boolean } = {},
): Promise<boolean> {
  for (;;) {
    try {
      await db.query('SELECT pg_drop_replication_slot($1)', [name]);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code === '42704') return false;
      if (code !== '55006') throw error;
      if (!options.force) throw new PostgresError('WAL_SLOT_IN_USE', { slot: name }, error);
      // Waits for the reader to be gone, so that this loop does not spin.
      await db.query(
        'SELECT pg_terminate_backend(active_pid, 1000) FROM pg_replication_slots WHERE slot_name = $1 AND active',
        [name],
      );
    }
  }
}

/** Undefined if there is no such slot. */
export async function slotStatus(db: Queryable, name: string): Promise<SlotStatus | undefined> {
  const { rows } = await db.query<SlotRow>({
    // Prepared: links ask each second.
    name: 'banyan_slot',
    text: `SELECT active, active_pid, database, confirmed_flush_lsn::text, restart_lsn::text, wal_status,
            safe_wal_size::text,
            coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::text AS retained,
            greatest(coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0), 0)::text AS lag
     FROM pg_replication_slots WHERE slot_name = $1`,
    values: [name],
  });
  const row = rows[0];
  if (!row) return undefined;
  return {
    active: row.active,
    activePid: row.active_pid ?? undefined,
    database: row.database,
    confirmedFlushLsn: row.confirmed_flush_lsn === null ? 0n : parseLsn(row.confirmed_flush_lsn),
    made: row.confirmed_flush_lsn !== null,
    restartLsn: row.restart_lsn === null ? undefined : parseLsn(row.restart_lsn),
    walStatus: row.wal_status ?? 'lost',
    safeWalSize: row.safe_wal_size === null ? undefined : BigInt(row.safe_wal_size),
    retainedBytes: BigInt(row.retained),
    lagBytes: BigInt(row.lag),
  };
}

interface SlotRow {
  active: boolean;
  active_pid: number | null;
  database: string;
  confirmed_flush_lsn: string | null;
  restart_lsn: string | null;
  wal_status: SlotStatus['walStatus'] | null;
  safe_wal_size: string | null;
  retained: string;
  lag: string;
}

/** Where the server's WAL ends now. */
export async function currentLsn(db: Queryable): Promise<Lsn> {
  const { rows } = await db.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  return parseLsn(rows[0]!.lsn);
}

/** Makes the publication hold exactly these tables: creates or alters it as needed. All operations are published. */
export async function ensurePublication(
  pool: pg.Pool | pg.PoolClient,
  name: string,
  tables: readonly { schema: string; table: string }[],
): Promise<'created' | 'altered' | 'unchanged'> {
  const wanted = tables.map(({ schema, table }) => quoteTable(schema, table)).sort();
  return await withTransaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('banyan publication ' || $1, 0))`, [
      name,
    ]);
    const found = await client.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [name]);
    if (found.rowCount === 0) {
      const list = wanted.length === 0 ? '' : ` FOR TABLE ${wanted.join(', ')}`;
      await client.query(`CREATE PUBLICATION ${quoteIdent(name)}${list}`);
      return 'created';
    }
    const { rows } = await client.query<{ schemaname: string; tablename: string }>(
      'SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = $1',
      [name],
    );
    const present = rows.map(({ schemaname, tablename }) => quoteTable(schemaname, tablename)).sort();
    if (present.join() === wanted.join()) return 'unchanged';
    const change =
      wanted.length === 0 ? `DROP TABLE ${present.join(', ')}` : `SET TABLE ${wanted.join(', ')}`;
    await client.query(`ALTER PUBLICATION ${quoteIdent(name)} ${change}`);
    return 'altered';
  });
}
