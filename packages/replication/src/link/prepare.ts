import {
  createSlot,
  dropSlot,
  ensurePublication,
  formatLsn,
  type Lsn,
  quoteIdent,
  withTransaction,
} from '@banyan/postgres';
import type pg from 'pg';
import { separateSequences } from '../catalog/sequences.ts';
import {
  findChange,
  newTables,
  readShapes,
  rememberShapes,
  tablesOfOtherRows,
  watchedOf,
} from '../catalog/shape-record.ts';
import { ReplicationError } from '../errors.ts';
import { nameOf } from '../mapping/mapping.ts';
import { sourceName, type TablePlan } from '../mapping/table-plan.ts';
import { comeHome, dropUnread, forgetShared } from '../reader/home.ts';
import { findLoss } from '../stream/loss.ts';
import { ensureBanyanSchema } from './banyan-schema.ts';
import type { LinkConfig, LinkNames } from './link-config.ts';
import { identityOf, type LinkRecord, markMissed, planTables, readRecord, sidesOf } from './link-record.ts';

export type PrepareOptions = {
  /**
   * After SCHEMA_CHANGED, TABLE_REPLACED, PUBLICATION_CHANGED, SLOT_LOST, SLOT_AHEAD or SOURCE_CHANGED: takes both databases,
   * their tables and the publication as they are now, and goes on from now where the slot no longer brings what came before.
   * Changes may be missing then: no step passes until `markRepaired` says that rows were verified and repaired. Default false.
   */
  acceptLoss?: boolean;
  /** Told every second whom it waits for, if anybody: whoever has an open transaction when the slot is made. */
  onWait?: (blockers: Blocker[]) => void;
};

/** A session that somebody waits for. */
export type Blocker = {
  /** 0: no session, but a prepared transaction. */
  pid: number;
  /** How long its transaction is open, ms. */
  ageMs: number;
  /** What it runs or ran last, as far as our role may see it, at most 200 characters. */
  query: string;
};

/**
 * Publication and slot on the source; schema, origin and record on the target. Changes that commit on the source
 * from now on will reach the target. Called again it leaves everything as it is.
 */
export async function prepareLink(
  config: LinkConfig,
  names: LinkNames,
  source: pg.Pool,
  target: pg.Pool,
  options: PrepareOptions,
): Promise<void> {
  await ensureBanyanSchema(target);
  const plans = await planTables(config, source, target);
  for (const plan of plans) refuseUnsafe(plan);
  const record = await readRecord(target, names.link);
  const link = { config, names, source, target, watched: watchedOf(plans), options };
  if (record) await goOn(link, record);
  else await begin(link);
  if (config.direction === 'forward') await separateSequences(source, target, config.tables, config.service);
}

type Prepared = {
  config: LinkConfig;
  names: LinkNames;
  source: pg.Pool;
  target: pg.Pool;
  watched: ReturnType<typeof watchedOf>;
  options: PrepareOptions;
};

async function begin(link: Prepared): Promise<void> {
  const { names, source, target, watched } = link;
  await ensurePublication(source, names.publication, sourceTables(link));
  await forgetShared(source, names.publication);
  // A slot and an origin that no record speaks of are what an interrupted attempt has left.
  await dropOrigins(target, names);
  await target.query('SELECT pg_replication_origin_create($1)', [names.origin]);
  const position = await newSlot(link, undefined);
  const identity = await identityOf(source);
  await target.query(
    `INSERT INTO banyan.links (link, source_system, source_database, applied_lsn, copy_state)
     VALUES ($1, $2, $3, $4, 'none')`,
    [names.link, identity.system, identity.database, formatLsn(position)],
  );
  await rememberShapes(target, names.link, await readShapes(link, names, watched));
}

async function goOn(link: Prepared, record: LinkRecord): Promise<void> {
  const { config, names, source, target, watched, options } = link;
  await comeHome(source, names);
  const loss = await findLoss(source, target, names);
  if (loss && !options.acceptLoss) throw loss;
  const before = record.shapes;
  const look = () => readShapes(link, names, watched);
  const change = before && findChange(before, await look(), watched);
  if (change && !options.acceptLoss) throw change;
  if (loss || change) await markMissed(target, names.link);
  const others = before ? tablesOfOtherRows(watched.source, before) : [];
  // Before anything is changed, so that the plan can be put back.
  if (others.length > 0 && (config.share ?? 0) > 0)
    throw new ReplicationError('COPY_REFUSED', {
      share: config.share,
      table: others.join(', '),
      why: 'the plan names other rows of it than were copied (where)',
    });
  const publication = await ensurePublication(source, names.publication, sourceTables(link));
  // Before it is remembered which rows they are. What is new to a link that was copied has to be copied too.
  if (config.direction === 'forward' && before && newTables(config, before).length + others.length > 0)
    await copyAgain(link, others);
  // Whoever dropped it has taken nothing away: the position is in the record.
  await target.query(
    'SELECT pg_replication_origin_create($1) WHERE $1 NOT IN (SELECT roname FROM pg_replication_origin)',
    [names.origin],
  );
  if (loss) await startAnew(link, record);
  if (loss || change || !before || publication !== 'unchanged' || others.length > 0)
    await rememberShapes(target, names.link, await look(), before);
}

/** Ranges that were copied of `tables` (the source's) say nothing of the rows that the mapping is about now. */
async function copyAgain({ config, names, target }: Prepared, tables: readonly string[]): Promise<void> {
  const copied = config.tables.filter(({ legacy }) => tables.includes(nameOf(legacy)));
  await target.query(
    `WITH forgotten AS (DELETE FROM banyan.ranges WHERE link = $1 AND table_name = ANY($2))
     UPDATE banyan.links SET copy_state = 'none' WHERE link = $1`,
    [names.link, copied.map(({ service }) => nameOf(service))],
  );
}

/**
 * From now on, where what came before is lost. Positions of the old log say nothing of the new one. While the service owns
 * nothing its rows are copied again; later a copy would overwrite what it owns, and verification finds what was missed.
 */
async function startAnew(link: Prepared, record: LinkRecord): Promise<void> {
  const { config, names, source, target } = link;
  const position = await newSlot(link, record);
  const identity = await identityOf(source);
  const copies = config.direction === 'forward' && (config.share ?? 0) === 0;
  await withTransaction(target, async (client) => {
    await client.query(
      `UPDATE banyan.links SET source_system = $2, source_database = $3, applied_lsn = $4, shares = '[]', mark = NULL,
         window_end = NULL, copy_state = CASE WHEN $5 THEN 'none' ELSE copy_state END
       WHERE link = $1`,
      [names.link, identity.system, identity.database, formatLsn(position), copies],
    );
    // Of messages that are lost.
    await client.query('DELETE FROM banyan.tickets WHERE link = $1', [names.link]);
    if (copies) await client.query('DELETE FROM banyan.ranges WHERE link = $1', [names.link]);
  });
}

/** Resolves with the position behind which changes are streamed. The publication has to be there. */
async function newSlot({ names, source, options }: Prepared, record: LinkRecord | undefined): Promise<Lsn> {
  const { rows } = await source.query(
    `SELECT database, database || '/' || datoid AS is FROM pg_replication_slots
     WHERE slot_name = $1 AND database <> current_database()`,
    [names.slot],
  );
  if (rows[0] && rows[0].is !== record?.sourceDatabase)
    throw new ReplicationError('PREFLIGHT_FAILED', {
      slot: names.slot,
      why: `it belongs to the database ${rows[0].database}: another plan names a service like this one`,
    });
  await dropSlot(source, names.slot, { force: true });
  const { consistentLsn } = await tellingBlockers(source, options.onWait, (client) =>
    createSlot(client, names.slot),
  );
  return consistentLsn;
}

function sourceTables({ config }: Prepared) {
  return config.tables.map((mapping) => sidesOf(mapping, config.direction).source);
}

/** Runs something that may wait for others, and says for whom. */
async function tellingBlockers<T>(
  db: pg.Pool,
  onWait: PrepareOptions['onWait'],
  run: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await db.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const look = async () => onWait?.((await db.query<Blocker>(BLOCKERS, [rows[0].pid])).rows);
  const timer = onWait && setInterval(() => void look().catch(() => {}), TELL_MS);
  try {
    return await run(client);
  } finally {
    clearInterval(timer);
    client.release();
  }
}

const TELL_MS = 1_000;

const BLOCKERS = `
  SELECT b.pid, extract(epoch FROM clock_timestamp() - a.xact_start)::float8 * 1000 AS "ageMs", left(a.query, 200) AS query
  FROM unnest(pg_blocking_pids($1)) AS b(pid) JOIN pg_stat_activity a ON a.pid = b.pid
  UNION ALL
  SELECT 0, extract(epoch FROM clock_timestamp() - p.prepared)::float8 * 1000, left('prepared transaction ' || p.gid, 200)
  FROM pg_prepared_xacts p WHERE 0 = ANY(pg_blocking_pids($1)) AND p.database = current_database()`;

/** What would harm the source, or lose rows without a word, is refused also if nobody has asked `preflight`. */
function refuseUnsafe({ mapping, direction, source, target, sourceKey, targetKey }: TablePlan): void {
  const refuse = (why: string): never => {
    throw new ReplicationError('PREFLIGHT_FAILED', { table: sourceName(mapping, direction), why });
  };
  // Its own UPDATEs would fail once it is published.
  if (source.primaryKey.length === 0) refuse('it has no primary key');
  if (source.partitioned) refuse('it is partitioned');
  for (const table of [source, target])
    if (!table.logged) refuse(`${table.schema}.${table.name} is not logged`);
  if (target.interceptors.length > 0)
    refuse(`${target.interceptors.join(', ')} of ${target.schema}.${target.name} fires for the link too`);
  // It would never be told of rows that come to be the service's, or are no longer.
  if (mapping.where && direction === 'forward' && source.replicaIdentity !== 'f')
    refuse('some of its rows are taken over, and its replica identity is not FULL');
  for (const { heirs, partitioned } of [source, target])
    if (heirs.length > 0 && !partitioned) refuse(`${heirs.join(', ')} inherits from it`);
  for (const [table, key] of [
    [source, sourceKey],
    [target, targetKey],
  ] as const)
    for (const column of key)
      if (table.columns.get(column)?.notNull === false) refuse(`its key column ${column} may be NULL`);
}

/** Removes slot, publication, origins and record. Rows, conflicts and the source's tables stay as they are. */
export async function dropLink(names: LinkNames, source: pg.Pool, target: pg.Pool): Promise<void> {
  await dropSlot(source, names.slot, { force: true });
  await source.query(`DROP PUBLICATION IF EXISTS ${quoteIdent(names.publication)}`);
  await dropUnread(source);
  await dropOrigins(target, names);
  const there = await target.query(`SELECT to_regclass('banyan.links') IS NOT NULL AS there`);
  if (!there.rows[0].there) return;
  // An earlier version may have made it.
  await ensureBanyanSchema(target);
  await target.query(
    `WITH links AS (DELETE FROM banyan.links WHERE link = $1), ranges AS (DELETE FROM banyan.ranges WHERE link = $1),
       tickets AS (DELETE FROM banyan.tickets WHERE link = $1)
     DELETE FROM banyan.repairs WHERE link = $1`,
    [names.link],
  );
}

/** The origins of a link and of its copies. Sessions that still hold one are ended. */
async function dropOrigins(target: pg.Pool, names: LinkNames): Promise<void> {
  const { rows } = await target.query(
    `SELECT roname FROM pg_replication_origin WHERE roname = $1 OR roname ~ ('^' || $1 || '_copy[0-9]+$')`,
    [names.origin],
  );
  for (const { roname } of rows) {
    for (;;) {
      try {
        await target.query('SELECT pg_replication_origin_drop($1)', [roname]);
        break;
      } catch (error) {
        if ((error as { code?: string }).code !== '55006') throw error;
        const ended = await target.query(
          `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
           WHERE application_name = $1 AND datname = current_database()`,
          [roname],
        );
        if (ended.rowCount === 0) throw error;
      }
    }
  }
}
