import { errorCode, quoteIdent, quoteLiteral, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { type Key, type KeyRange, KeySpace } from '../catalog/key-ranges.ts';
import { uniquesOf } from '../catalog/uniques.ts';
import { ReplicationError } from '../errors.ts';
import { legacyRowsSql } from '../mapping/row-set.ts';
import type { TablePlan } from '../mapping/table-plan.ts';
import { pipeCopy } from './copy-pipe.ts';

export type RangeJob = {
  plan: TablePlan;
  space: KeySpace;
  range: KeyRange;
  /** What the source has not is left on the target. */
  keeps: boolean;
};

type Ends = { source: pg.ClientBase; target: pg.ClientBase };

/** Pipes a range's rows into a target that has none of them. Throws 23505 or 23P01 if rows stand in one another's way. */
export async function pipeRange({ source, target }: Ends, job: RangeJob): Promise<number> {
  const { rows } = await pipeCopy(
    source,
    selection(job, []),
    target,
    `COPY ${job.plan.targetName} (${columnsOf(job.plan)}) FROM STDIN`,
  );
  return rows;
}

/**
 * Brings a range of the target to what the source has of it: deletes what is gone, unless the job keeps it, updates and inserts the
 * rest. While a
 * unique value moves to another row on the source, the row that had it may stand in the way, wherever its key is: it is then
 * read again together with the range, as of one moment, in which the source's own constraints hold. Resolves with the rows.
 */
export async function mergeRange(ends: Ends, job: RangeJob): Promise<number> {
  const { target } = ends;
  // The session's plans are for finding single rows by key; these sets are joined.
  await target.query(
    'SET LOCAL enable_hashjoin = on; SET LOCAL enable_seqscan = on; SET LOCAL enable_mergejoin = on',
  );
  const beside: Key[] = [];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    await target.query('SAVEPOINT banyan_range');
    const rows = await readRange(ends, job, beside);
    const violated = await tryTo(target, () => upsert(target, job.plan));
    if (!violated) return rows;
    const blocking = await blockers(target, job.plan);
    if (blocking.length === 0) {
      const twice = await tryTo(target, () => replace(target, job.plan));
      if (!twice) return rows;
      throw conflict(job.plan, twice);
    }
    beside.push(...blocking);
    await target.query('ROLLBACK TO SAVEPOINT banyan_range');
  }
  throw conflict(job.plan, 'rows kept changing places');
}

const TRIES = 20;

/** Fills `pg_temp.banyan_range` with the range's rows and those `beside` it, and deletes what is gone. */
async function readRange({ source, target }: Ends, job: RangeJob, beside: Key[]): Promise<number> {
  const { plan, space, range } = job;
  const columns = columnsOf(plan);
  await target.query(
    `CREATE TEMP TABLE banyan_range ON COMMIT DROP AS SELECT ${columns} FROM ${plan.targetName} WITH NO DATA`,
  );
  const copied = await pipeCopy(
    source,
    selection(job, beside),
    target,
    `COPY pg_temp.banyan_range (${columns}) FROM STDIN`,
  );
  // The bounds are the source's; the target's keys are the same values under other names.
  const renamed = new KeySpace(plan.target, plan.targetKey, space.orders);
  const within = `(${renamed.literalCondition(range, quoteLiteral)}) OR ${keyIn(plan.targetKey, beside)}`;
  if (job.keeps) return copied.rows;
  // Proven before anything is deleted by it.
  const outside = await target.query(`SELECT 1 FROM pg_temp.banyan_range WHERE NOT (${within}) LIMIT 1`);
  if (outside.rowCount) throw new ReplicationError('KEY_ORDER', { table: plan.targetName });
  await target.query(
    `DELETE FROM ${plan.targetName} AS t WHERE (${within})
       AND NOT EXISTS (SELECT FROM pg_temp.banyan_range r WHERE ${sameKey(plan, 'r', 't')})`,
  );
  return copied.rows;
}

/** `COPY … TO STDOUT` of the range's rows, as the target will have them, and of some others by key. */
function selection({ plan, space, range }: RangeJob, beside: Key[]): string {
  const select = plan.inserts.map((output) => output.expr).join(', ');
  const where = `(${space.literalCondition(range, quoteLiteral)})`;
  const others = beside.length > 0 ? ` OR ${keyIn(plan.sourceKey, beside)}` : '';
  const only = legacyRowsSql(plan.mapping) ?? 'true';
  return `COPY (SELECT ${select} FROM ${quoteTable(plan.source.schema, plan.source.name)} WHERE (${where}${others}) AND ${only}) TO STDOUT`;
}

/** Throws COPY_CONFLICT if two keys of the source are the same on the target. */
async function upsert(target: pg.ClientBase, plan: TablePlan): Promise<void> {
  const columns = columnsOf(plan);
  const sets = changes(plan).map((column) => `${column} = EXCLUDED.${column}`);
  const onTaken = sets.length > 0 ? `DO UPDATE SET ${sets.join(', ')}` : 'DO NOTHING';
  try {
    await target.query(
      `INSERT INTO ${plan.targetName} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM pg_temp.banyan_range
       ON CONFLICT (${plan.targetKey.map(quoteIdent).join(', ')}) ${onTaken}`,
    );
  } catch (error) {
    if (errorCode(error) !== CARDINALITY_VIOLATION) throw error;
    throw conflict(plan, 'two keys of the source are the same on the target');
  }
}

const CARDINALITY_VIOLATION = '21000';

/** The same where rows exchange unique values: all step aside first, with what the mapping does not fill. */
async function replace(target: pg.ClientBase, plan: TablePlan): Promise<void> {
  const columns = columnsOf(plan);
  const all = [...plan.target.columns.values()]
    .filter(({ generated }) => !generated)
    .map(({ name }) => quoteIdent(name))
    .join(', ');
  const sets = changes(plan).map((column) => `${column} = r.${column}`);
  await target.query(
    `CREATE TEMP TABLE banyan_aside ON COMMIT DROP AS SELECT ${all} FROM ${plan.targetName} AS t
       WHERE EXISTS (SELECT FROM pg_temp.banyan_range r WHERE ${sameKey(plan, 'r', 't')})`,
  );
  await target.query(
    `DELETE FROM ${plan.targetName} AS t USING pg_temp.banyan_aside a WHERE ${sameKey(plan, 'a', 't')}`,
  );
  if (sets.length > 0)
    await target.query(
      `UPDATE pg_temp.banyan_aside AS a SET ${sets.join(', ')} FROM pg_temp.banyan_range r WHERE ${sameKey(plan, 'r', 'a')}`,
    );
  await target.query(
    `INSERT INTO ${plan.targetName} (${all}) OVERRIDING SYSTEM VALUE SELECT ${all} FROM pg_temp.banyan_aside`,
  );
  await target.query(
    `INSERT INTO ${plan.targetName} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM pg_temp.banyan_range r
       WHERE NOT EXISTS (SELECT FROM pg_temp.banyan_aside a WHERE ${sameKey(plan, 'r', 'a')})`,
  );
}

/** Keys of the target's rows that hold a unique value of a row that was read, and were not read themselves. */
async function blockers(target: pg.ClientBase, plan: TablePlan): Promise<Key[]> {
  const written = new Set(plan.inserts.map(({ column }) => column));
  const found = new Map<string, Key>();
  for (const { expressions, columns, predicate } of await uniquesOf(target, plan.target.oid)) {
    if (!columns.every((column) => written.has(column))) continue;
    const named = expressions.map((expression, index) => `(${expression}) AS banyan_${index}`).join(', ');
    const only = predicate === null ? '' : ` WHERE ${predicate}`;
    const same = expressions.map((_, index) => `n.banyan_${index} = t.banyan_${index}`).join(' AND ');
    const key = plan.targetKey.map((column) => `t.${quoteIdent(column)}::text`).join(', ');
    const { rows } = await target.query({
      text: `SELECT DISTINCT ${key} FROM (SELECT *, ${named} FROM ${plan.targetName}${only}) AS t
        JOIN (SELECT *, ${named} FROM pg_temp.banyan_range${only}) AS n ON ${same}
        WHERE NOT EXISTS (SELECT FROM pg_temp.banyan_range r WHERE ${sameKey(plan, 'r', 't')})`,
      rowMode: 'array',
    });
    for (const row of rows) found.set(JSON.stringify(row), row);
  }
  return [...found.values()];
}

/** What a constraint said, or undefined if all went well. */
async function tryTo(target: pg.ClientBase, run: () => Promise<void>): Promise<string | undefined> {
  await target.query('SAVEPOINT banyan_attempt');
  try {
    await run();
    return undefined;
  } catch (error) {
    if (!isTaken(error)) throw error;
    await target.query('ROLLBACK TO SAVEPOINT banyan_attempt');
    return (error as Error).message;
  }
}

/** A unique or exclusion constraint. */
export function isTaken(error: unknown): boolean {
  return errorCode(error) === '23505' || errorCode(error) === '23P01';
}

function conflict(plan: TablePlan, says: string): ReplicationError {
  return new ReplicationError('COPY_CONFLICT', { table: plan.targetName, says });
}

function columnsOf(plan: TablePlan): string {
  return plan.inserts.map((output) => quoteIdent(output.column)).join(', ');
}

/** Quoted columns beside the key. */
function changes(plan: TablePlan): string[] {
  return plan.inserts
    .filter(({ column }) => !plan.targetKey.includes(column))
    .map(({ column }) => quoteIdent(column));
}

function sameKey({ targetKey }: TablePlan, a: string, b: string): string {
  return targetKey.map((key) => `${a}.${quoteIdent(key)} = ${b}.${quoteIdent(key)}`).join(' AND ');
}

/** By their texts: these are few. */
function keyIn(columns: readonly string[], keys: readonly Key[]): string {
  if (keys.length === 0) return 'false';
  const texts = columns.map((column) => `${quoteIdent(column)}::text`).join(', ');
  return `(${texts}) IN (${keys.map((key) => `(${key.map(quoteLiteral).join(', ')})`).join(', ')})`;
}
