import { formatLsn, type Queryable, type Tuple } from '@banyan/postgres';
import { ReplicationError } from '../errors.ts';
import { nameOf } from '../mapping/mapping.ts';
import type { TablePlan } from '../mapping/table-plan.ts';
import { rowEvents, type SourceTransaction } from '../stream/transaction.ts';
import type { BoundTable } from './bound-table.ts';
import type { TargetSession } from './target-session.ts';

/** A row of the target as a query of it returns it. */
export type TargetRow = Record<string, unknown>;

/** What a source transaction has made of one row of the target, in sum. */
export type RowChange = {
  /** The target's, `public.accounts`. */
  table: string;
  /** Undefined: it was not there. */
  before: TargetRow | undefined;
  /** Undefined: it is gone. */
  after: TargetRow | undefined;
};

export type AppliedTransaction = {
  /** Of its commit on the source, `0/16B3748`. */
  lsn: string;
  committedAt: Date;
  /** The last message with the observer's prefix that the source's transaction wrote before the rows. */
  message: string | undefined;
  /** In the order in which the rows were first touched. */
  changes: RowChange[];
};

/**
 * Is shown what a link changes in some tables of its target, in the transaction that changes it: what it writes there commits
 * with the rows and the position, so exactly once. Not shown: rows of the copy and what is applied until the stream has passed
 * its end, repairs (they say what is, not what happened), TRUNCATE, what was refused as a conflict, what changed nothing.
 */
export type RowObserver = {
  /** The target's, as `public.accounts`. Of all others nothing is looked at. */
  tables: ReadonlySet<string>;
  /** Of logical messages that are handed over. */
  messagePrefix: string;
  /** If it rejects, nothing of the transaction is applied: it is tried again, or with `permanent: true` the link stops. */
  applied(tx: Queryable, transaction: AppliedTransaction): Promise<void>;
};

/** Whether the observer wants to see what becomes of this transaction's rows. */
export function isObserved(observer: RowObserver | undefined, { events }: SourceTransaction): boolean {
  if (!observer) return false;
  return events.some(
    (event) =>
      (event.kind === 'inserts' ||
        event.kind === 'insert' ||
        event.kind === 'update' ||
        event.kind === 'delete') &&
      observer.tables.has(targetOf(event.table)),
  );
}

/** Applies `transaction` by `apply` and shows the observer the rows before and after. In a transaction of the target. */
export async function observed(
  session: TargetSession,
  observer: RowObserver,
  transaction: SourceTransaction,
  apply: () => Promise<void>,
): Promise<void> {
  const touched = [...touchedBy(transaction, observer.tables).values()];
  const before: Images[] = [];
  for (const rows of touched) before.push(await imagesOf(session, rows));
  await apply();
  const changes: (RowChange & { order: number })[] = [];
  for (const [index, rows] of touched.entries()) {
    changes.push(...changesOf(rows, before[index]!, await imagesOf(session, rows)));
  }
  if (changes.length === 0) return;
  const { finalLsn, commitTime, message } = transaction;
  const committedAt = new Date(Number(commitTime / 1000n));
  const inOrder = changes.sort((a, b) => a.order - b.order).map(({ order: _, ...change }) => change);
  const lsn = formatLsn(finalLsn);
  try {
    await observer.applied(session.client, { lsn, committedAt, message, changes: inOrder });
  } catch (error) {
    if ((error as { permanent?: unknown }).permanent !== true) throw error;
    throw new ReplicationError(
      'OBSERVER_REFUSED',
      { transaction: lsn, says: (error as Error).message },
      error,
    );
  }
}

/** One row, followed through changes of its key. */
type Trace = {
  order: number;
  /** Key before the transaction; undefined: another row had that key then. */
  first: string | undefined;
  /** Key after it; undefined: another row has that key now. */
  last: string | undefined;
};

/** Rows of one table that a transaction touches. */
type Touched = {
  name: string;
  traces: Trace[];
  /** A row of the stream with each key, and by what its columns are known. */
  keys: Map<string, { table: BoundTable; row: Tuple }>;
};

/** Of each table that is observed. Pure. */
function touchedBy({ events }: SourceTransaction, tables: ReadonlySet<string>): Map<TablePlan, Touched> {
  const all = new Map<TablePlan, Touched & { open: Map<string, Trace> }>();
  let order = 0;
  const touch = (table: BoundTable, row: Tuple) => {
    let touched = all.get(table.plan);
    if (!touched) {
      touched = { name: targetOf(table), traces: [], keys: new Map(), open: new Map() };
      all.set(table.plan, touched);
    }
    const { keys, open, traces } = touched;
    const key = table.keyOf(row);
    let trace = open.get(key);
    if (!trace) {
      trace = { order: order++, first: keys.has(key) ? undefined : key, last: key };
      traces.push(trace);
      open.set(key, trace);
    }
    keys.set(key, { table, row });
    return { ...touched, trace };
  };
  for (const event of events) {
    if (event.kind === 'truncate' || event.kind === 'repair' || event.kind === 'announced') continue;
    if (!tables.has(targetOf(event.table))) continue;
    const rows = event.kind === 'inserts' ? rowEvents(event) : [event];
    for (const { table, row, old } of rows) {
      if (old === undefined || table.sameKey(old, row)) {
        touch(table, row);
        continue;
      }
      const { trace, open, keys } = touch(table, old);
      const key = table.keyOf(row);
      open.delete(table.keyOf(old));
      const gone = open.get(key);
      if (gone) gone.last = undefined;
      trace.last = key;
      open.set(key, trace);
      keys.set(key, { table, row });
    }
  }
  return all;
}

/** By key: the row, and its text as a whole. */
type Images = Map<string, { text: string; row: TargetRow }>;

async function imagesOf(session: TargetSession, { keys }: Touched): Promise<Images> {
  const images: Images = new Map();
  for (const [table, asked] of Map.groupBy(keys.values(), ({ table }) => table)) {
    const rows = asked.map(({ row }) => row);
    const found = await session.run(table, table.images(), rows);
    for (const { banyan_key: key, banyan_image: text, ...row } of found.rows) {
      images.set(table.keyText(key), { text, row });
    }
  }
  return images;
}

function changesOf({ name, traces }: Touched, before: Images, after: Images) {
  return traces.flatMap(({ order, first, last }): (RowChange & { order: number })[] => {
    const was = first === undefined ? undefined : before.get(first);
    const is = last === undefined ? undefined : after.get(last);
    if (was?.text === is?.text) return [];
    // A change of the key that was refused: the row is where it was.
    if (was && first !== last && after.get(first!)?.text === was.text) return [];
    return [{ order, table: name, before: was?.row, after: is?.row }];
  });
}

function targetOf({ plan }: BoundTable): string {
  return nameOf({ schema: plan.target.schema, table: plan.target.name });
}
