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
  /**
   * Shown in the order of their commits, several at once where no two touch the same row. If it rejects, nothing of them is applied:
   * they are tried again one by one, or with `permanent: true` the link stops at the one that was refused.
   */
  applied(tx: Queryable, transactions: readonly AppliedTransaction[]): Promise<void>;
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

/**
 * Rows of observed tables that transactions touch which are to be applied together. What each has made of a row can be told from
 * the row before all and after all as long as no two touch the same one.
 */
export class SeenRows {
  readonly #observer: RowObserver | undefined;
  readonly #keys = new Map<TablePlan, Set<string>>();

  constructor(observer: RowObserver | undefined) {
    this.#observer = observer;
  }

  /** False, and nothing is added: it touches a row that one before it has touched. */
  add(transaction: SourceTransaction): boolean {
    if (!this.#observer) return true;
    const touched = keysOf(transaction, this.#observer.tables);
    for (const [plan, keys] of touched) {
      const seen = this.#keys.get(plan);
      if (seen) for (const key of keys) if (seen.has(key)) return false;
    }
    for (const [plan, keys] of touched) {
      const seen = this.#keys.get(plan);
      if (seen) for (const key of keys) seen.add(key);
      else this.#keys.set(plan, keys);
    }
    return true;
  }
}

/** Applies `transactions` by `apply` and shows the observer the rows before and after. In a transaction of the target. */
export async function observed(
  session: TargetSession,
  observer: RowObserver,
  transactions: readonly SourceTransaction[],
  apply: () => Promise<void>,
): Promise<void> {
  const touched = transactions.map((transaction) => touchedBy(transaction, observer.tables));
  const rows = together(touched);
  const before = await imagesOf(session, rows);
  await apply();
  const after = await imagesOf(session, rows);
  const applied = transactions.flatMap((transaction, index): AppliedTransaction[] => {
    const changes = changesOf(touched[index]!, before, after);
    if (changes.length === 0) return [];
    const { finalLsn, commitTime, message } = transaction;
    const committedAt = new Date(Number(commitTime / 1000n));
    return [{ lsn: formatLsn(finalLsn), committedAt, message, changes }];
  });
  if (applied.length === 0) return;
  try {
    await observer.applied(session.client, applied);
  } catch (error) {
    if ((error as { permanent?: unknown }).permanent !== true) throw error;
    throw new ReplicationError(
      'OBSERVER_REFUSED',
      { transaction: applied[0]!.lsn, says: (error as Error).message },
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

/** A row of the stream with each key, and by what its columns are known. */
type Keys = Map<string, { table: BoundTable; row: Tuple }>;

/** Rows of one table that a transaction touches. */
type Touched = { name: string; traces: Trace[]; keys: Keys };

/** Rows of all tables that are observed, by key: each one, and its text as a whole. */
type Images = Map<TablePlan, Map<string, { text: string; row: TargetRow }>>;

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

/** All keys that a transaction may have something to do with, also by what is not shown. Pure. */
function keysOf({ events }: SourceTransaction, tables: ReadonlySet<string>): Map<TablePlan, Set<string>> {
  const all = new Map<TablePlan, Set<string>>();
  for (const event of events) {
    if (event.kind === 'truncate' || event.kind === 'repair') continue;
    const { table } = event;
    if (!tables.has(targetOf(table))) continue;
    const keys = all.get(table.plan) ?? new Set();
    all.set(table.plan, keys);
    if (event.kind === 'inserts') for (const row of event.inserts.rows()) keys.add(table.keyOf(row));
    else if (event.kind === 'announced') for (const row of event.rows) keys.add(table.keyOf(row));
    else {
      keys.add(table.keyOf(event.row));
      if (event.old !== undefined) keys.add(table.keyOf(event.old));
    }
  }
  return all;
}

/** The keys of several transactions that touch no row twice. Pure. */
function together(touched: readonly Map<TablePlan, Touched>[]): Map<TablePlan, Keys> {
  const all = new Map<TablePlan, Keys>();
  for (const tables of touched)
    for (const [plan, { keys }] of tables) {
      const known = all.get(plan);
      if (known) for (const [key, row] of keys) known.set(key, row);
      else all.set(plan, new Map(keys));
    }
  return all;
}

async function imagesOf(session: TargetSession, rows: Map<TablePlan, Keys>): Promise<Images> {
  const images: Images = new Map();
  for (const [plan, keys] of rows) {
    const ofTable: NonNullable<ReturnType<Images['get']>> = new Map();
    images.set(plan, ofTable);
    for (const [table, asked] of Map.groupBy(keys.values(), ({ table }) => table)) {
      const found = await session.run(
        table,
        table.images(),
        asked.map(({ row }) => row),
      );
      for (const { banyan_key: key, banyan_image: text, ...row } of found.rows)
        ofTable.set(table.keyText(key), { text, row });
    }
  }
  return images;
}

/** What one transaction has made of its rows, in the order in which they were first touched. Pure. */
function changesOf(touched: Map<TablePlan, Touched>, before: Images, after: Images): RowChange[] {
  const all = [...touched].flatMap(([plan, { name, traces }]) =>
    traces.flatMap(({ order, first, last }): (RowChange & { order: number })[] => {
      const was = first === undefined ? undefined : before.get(plan)!.get(first);
      const is = last === undefined ? undefined : after.get(plan)!.get(last);
      if (was?.text === is?.text) return [];
      // A change of the key that was refused: the row is where it was.
      if (was && first !== last && after.get(plan)!.get(first!)?.text === was.text) return [];
      return [{ order, table: name, before: was?.row, after: is?.row }];
    }),
  );
  return all.sort((a, b) => a.order - b.order).map(({ order: _, ...change }) => change);
}

function targetOf({ plan }: BoundTable): string {
  return nameOf({ schema: plan.target.schema, table: plan.target.name });
}
