import { setTimeout as delay } from 'node:timers/promises';
import { createPool, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { TargetSession } from '../apply/target-session.ts';
import { type KeyOrder, keyOrder } from '../catalog/key-order.ts';
import { type KeyRange, KeySpace } from '../catalog/key-ranges.ts';
import { ReplicationError } from '../errors.ts';
import type { LinkConfig, LinkNames } from '../link/link-config.ts';
import { planTables, readRecord, writtenTables } from '../link/link-record.ts';
import { nameOf } from '../mapping/mapping.ts';
import { legacyRowsSql } from '../mapping/row-set.ts';
import type { TablePlan } from '../mapping/table-plan.ts';
import { isTaken, mergeRange, pipeRange } from './copy-range.ts';
import { Meter, type Progress, type Throttle } from './throttle.ts';

export type CopyProgress = Progress;

export type CopyOptions = {
  signal?: AbortSignal;
  onProgress?: (progress: CopyProgress) => void;
  /** Ranges copied at once. Default 2. */
  workers?: number;
  /** Rows in a range, each its own transaction. Default 50,000. */
  rangeRows?: number;
  throttle?: Throttle;
};

/** Rows that were copied, those of an earlier run included. */
export type CopyResult = { rows: number; complete: boolean };

type Job = {
  plan: TablePlan;
  space: KeySpace;
  number: number;
  range: KeyRange;
  merge: boolean;
  /** What the source has not is left on the target. */
  keeps: boolean;
};

/**
 * Copies all mapped tables in ranges of keys, each piped from COPY to COPY and marked done in the transaction that
 * wrote it. Called again it goes on where it was. Ends early, `complete: false`, when `signal` aborts.
 */
export async function copyTables(
  config: LinkConfig,
  names: LinkNames,
  options: CopyOptions,
): Promise<CopyResult> {
  const { workers = 2, rangeRows = 50_000, signal } = options;
  const source = createPool(config.source, {
    max: workers + 1,
    applicationName: `${names.origin}_copy`,
    exact: true,
  });
  const target = createPool(config.target, { max: 2, applicationName: `${names.origin}_copy`, exact: true });
  try {
    const record = await readRecord(target, names.link);
    if (!record) throw new ReplicationError('NOT_PREPARED', { link: names.link });
    const written = await writtenTables(target, names.link);
    const plans = await planTables(config, source, target);
    const meter = new Meter(await estimate(source, plans), await rowsDone(target, names), options);
    if (record.copyState !== 'done') {
      if ((config.share ?? 0) > 0) throw new ReplicationError('COPY_REFUSED', { share: config.share });
      await checkTargets(target, names, written, plans);
      const jobs = planJobs({ source, target, names, plans, written: written, rangeRows });
      await ensureOrigins(
        target,
        Array.from({ length: workers }, (_, index) => copyOrigin(names, index + 1)),
      );
      const crew = Array.from({ length: workers }, (_, index) =>
        work({ config, names, source, jobs, meter, number: index + 1, signal }),
      );
      const outcomes = await Promise.allSettled(crew);
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
      if (signal?.aborted) return { rows: meter.rows, complete: false };
      await finish(source, target, names, plans);
    }
    meter.report();
    return { rows: meter.rows, complete: true };
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
}

/**
 * Refuses tables with rows that are not ours, all of them before the first row is written. Of rows that others own the service may
 * have made some, from what it hears of them: with these the copy merges.
 */
async function checkTargets(
  target: pg.Pool,
  names: LinkNames,
  written: string[],
  plans: TablePlan[],
): Promise<void> {
  for (const plan of plans) {
    if (written.includes(targetOf(plan)) || plan.mapping.rows === 'foreign') continue;
    const { rowCount } = await target.query(`SELECT 1 FROM ${plan.targetName} LIMIT 1`);
    if (rowCount) throw new ReplicationError('TARGET_NOT_EMPTY', { table: targetOf(plan) });
  }
  await target.query(
    `WITH ours AS (INSERT INTO banyan.written SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING)
     UPDATE banyan.links SET copy_state = 'running' WHERE link = $1`,
    [names.link, plans.map(targetOf)],
  );
}

/** Ranges in order: those that an earlier run planned and did not finish, then new ones. Shared by all workers. */
async function* planJobs(input: {
  source: pg.Pool;
  target: pg.Pool;
  names: LinkNames;
  plans: TablePlan[];
  written: string[];
  rangeRows: number;
}): AsyncGenerator<Job> {
  const { source, target, names, rangeRows } = input;
  for (const plan of input.plans) {
    const orders = await keyOrder(
      { db: source, table: plan.source, key: plan.sourceKey },
      { db: target, table: plan.target, key: plan.targetKey },
    );
    const space = new KeySpace(plan.source, plan.sourceKey, orders);
    await forgetOtherOrders(target, names, plan, orders);
    const known = await target.query(
      `SELECT number, lower_key, upper_key, merge, done_at IS NOT NULL AS done FROM banyan.ranges
       WHERE link = $1 AND table_name = $2 ORDER BY number`,
      [names.link, targetOf(plan)],
    );
    // A row that the service has made may be on its way to the source; one of an earlier life of this link is gone there.
    const keeps = plan.mapping.rows === 'foreign' && !input.written.includes(targetOf(plan));
    for (const row of known.rows)
      if (!row.done)
        yield {
          plan,
          space,
          number: row.number,
          range: { lower: row.lower_key, upper: row.upper_key },
          merge: row.merge,
          keeps,
        };
    const last = known.rows.at(-1);
    if (last && last.upper_key === null) continue;
    // Rows that are there already are brought up to date instead of copied beside.
    const merge: boolean = last
      ? last.merge
      : (keeps || input.written.includes(targetOf(plan))) &&
        (await target.query(`SELECT 1 FROM ${plan.targetName} LIMIT 1`)).rowCount === 1;
    let lower: KeyRange['lower'] = last?.upper_key ?? null;
    for (let number = (last?.number ?? 0) + 1; ; number++) {
      const upper = await space.boundary(source, { lower, upper: null }, rangeRows);
      await target.query(
        `INSERT INTO banyan.ranges (link, table_name, number, lower_key, upper_key, merge, key_order) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [names.link, targetOf(plan), number, toJson(lower), toJson(upper), merge, orders.join()],
      );
      yield { plan, space, number, range: { lower, upper }, merge, keeps };
      if (upper === null) break;
      lower = upper;
    }
  }
}

/** Ranges of another order, of an earlier version or of before a change of locales, say nothing of what was copied. */
async function forgetOtherOrders(
  target: pg.Pool,
  names: LinkNames,
  plan: TablePlan,
  orders: readonly KeyOrder[],
): Promise<void> {
  await target.query(
    `DELETE FROM banyan.ranges WHERE link = $1 AND table_name = $2 AND EXISTS (SELECT FROM banyan.ranges
       WHERE link = $1 AND table_name = $2 AND key_order IS DISTINCT FROM $3)`,
    [names.link, targetOf(plan), orders.join()],
  );
}

async function work(input: {
  config: LinkConfig;
  names: LinkNames;
  source: pg.Pool;
  jobs: AsyncGenerator<Job>;
  meter: Meter;
  number: number;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { config, names, source, jobs, meter, signal } = input;
  const origin = copyOrigin(names, input.number);
  const session = await openWithOrigin(config.target, origin, signal);
  if (!session) return;
  try {
    while (!signal?.aborted) {
      await meter.permission(signal);
      const { value: job, done } = await jobs.next();
      if (done || signal?.aborted) return;
      meter.add(await copyRange(source, session, names, job));
    }
  } finally {
    // An error in one worker ends the plan for all.
    await jobs.return(undefined);
    await session.close();
  }
}

/** A server has few origins, and the link's own is free while it copies. */
function copyOrigin(names: LinkNames, number: number): string {
  return number === 1 ? names.origin : `${names.origin}_copy${number}`;
}

/** They stay until the link is dropped: a reader of the target's WAL asks for their names later. */
async function ensureOrigins(target: pg.Pool, origins: string[]): Promise<void> {
  await target.query(
    `SELECT pg_replication_origin_create(name) FROM unnest($1::text[]) AS name
     WHERE name NOT IN (SELECT roname FROM pg_replication_origin)`,
    [origins],
  );
}

/** Waits while the backend of a killed process still holds the origin. */
async function openWithOrigin(
  url: string,
  origin: string,
  signal?: AbortSignal,
): Promise<TargetSession | undefined> {
  for (;;) {
    try {
      return await TargetSession.open(url, origin);
    } catch (error) {
      if ((error as { code?: string }).code !== '55006') throw error;
      await delay(100, undefined, { signal }).catch(() => {});
      if (signal?.aborted) return undefined;
    }
  }
}

async function copyRange(
  source: pg.Pool,
  session: TargetSession,
  names: LinkNames,
  job: Job,
): Promise<number> {
  try {
    return await tryRange(source, session, names, job, job.merge ? mergeRange : pipeRange);
  } catch (error) {
    if (job.merge || !isTaken(error)) throw error;
    await session.client.query('ROLLBACK');
    return await tryRange(source, session, names, job, mergeRange);
  }
}

async function tryRange(
  source: pg.Pool,
  { client }: TargetSession,
  names: LinkNames,
  job: Job,
  bring: typeof mergeRange,
): Promise<number> {
  // Of its own for each try: one whose COPY was not read to its end is of no further use.
  const reader = await source.connect();
  let broken: Error | undefined;
  try {
    // Rows and mark are lost together if the target's machine dies, and copied again; `finish` waits for the disk.
    await client.query('BEGIN; SET LOCAL synchronous_commit = off');
    const mine = await client.query(
      'SELECT done_at FROM banyan.ranges WHERE link = $1 AND table_name = $2 AND number = $3 FOR UPDATE',
      [names.link, targetOf(job.plan), job.number],
    );
    let rows = 0;
    if (mine.rows[0].done_at === null) {
      rows = await bring({ source: reader, target: client }, job);
      await client.query(
        'UPDATE banyan.ranges SET rows = $4, done_at = now() WHERE link = $1 AND table_name = $2 AND number = $3',
        [names.link, targetOf(job.plan), job.number, rows],
      );
    }
    await client.query('COMMIT');
    return rows;
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    reader.release(broken);
  }
}

/** From here on the stream replays what happened meanwhile; past this position a copied row is never newer. */
async function finish(source: pg.Pool, target: pg.Pool, names: LinkNames, plans: TablePlan[]): Promise<void> {
  const { rows } = await source.query('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  await target.query(`UPDATE banyan.links SET copy_state = 'done', window_end = $2 WHERE link = $1`, [
    names.link,
    rows[0].lsn,
  ]);
  for (const plan of plans) await target.query(`ANALYZE ${plan.targetName}`);
}

async function estimate(source: pg.Pool, plans: TablePlan[]): Promise<number> {
  let total = 0;
  for (const { source: table, mapping } of plans) {
    const only = legacyRowsSql(mapping) ?? 'true';
    const { rows } = await source.query(
      `EXPLAIN (FORMAT JSON) SELECT FROM ${quoteTable(table.schema, table.name)} WHERE ${only}`,
    );
    total += Number(rows[0]['QUERY PLAN'][0].Plan['Plan Rows']);
  }
  return total;
}

async function rowsDone(target: pg.Pool, names: LinkNames): Promise<number> {
  const { rows } = await target.query(
    'SELECT coalesce(sum(rows), 0) AS done FROM banyan.ranges WHERE link = $1',
    [names.link],
  );
  return Number(rows[0].done);
}

function targetOf(plan: TablePlan): string {
  return nameOf({ schema: plan.target.schema, table: plan.target.name });
}

function toJson(key: string[] | null): string | null {
  return key === null ? null : JSON.stringify(key);
}
