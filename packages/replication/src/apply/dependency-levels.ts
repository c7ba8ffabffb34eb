import type { RawInserts, Tuple } from '@banyan/postgres';
import type { TablePlan } from '../mapping/table-plan.ts';
import type { BoundTable } from './bound-table.ts';

/**
 * Changes of one or many transactions arranged so that sets of rows can be applied at once with the same outcome as
 * one by one. Levels run one after another; within a level the segments run in the order of `ORDER`, and no key is
 * touched by two segments in a way that depends on more than that order.
 */

export type ChangeKind = 'delete' | 'rekey' | 'update' | 'forwardOnly' | 'insert' | 'announced';

export type Segment = {
  table: BoundTable;
  kind: ChangeKind;
  compare: boolean;
  /** Inputs that no row of this segment carries (unchanged TOAST): names, sorted. */
  absent: string;
  rows: Tuple[];
  olds: Tuple[];
  /** Rows that nobody had to look at, in place of `rows`. */
  raw: RawInserts[];
};

const ORDER: Record<ChangeKind, number> = {
  delete: 0,
  rekey: 1,
  update: 2,
  forwardOnly: 3,
  insert: 4,
  announced: 5,
};

type Touch = { level: number; kind: ChangeKind; segment: Segment; index: number };

/** Takes changes in commit order and arranges them. */
export class LevelBuilder {
  readonly #levels: Map<string, Segment>[] = [];
  /**
   * Who touched which key last. Of a table that was only inserted into: the inserts, since no two meet. A table is bound in
   * more than one way: to what the stream announces, and to what messages say of it.
   */
  readonly #touched = new Map<TablePlan, Map<string, Touch> | Segment>();

  /** The same as `add` of each. */
  insert(table: BoundTable, inserts: RawInserts): void {
    let touched = this.#touched.get(table.plan);
    if (!touched) {
      touched = segmentFor(this.#levels, 0, 'insert', table, '', false);
      this.#touched.set(table.plan, touched);
    }
    if (touched instanceof Map || touched.table !== table)
      for (const row of inserts.rows()) this.add('insert', table, row, undefined, false);
    else touched.raw.push(inserts);
  }

  /** `old`: of a rekey, the old key or row. `compare`: of a `forwardOnly` change, to be compared with the target. */
  add(kind: ChangeKind, table: BoundTable, row: Tuple, old: Tuple | undefined, compare: boolean): void {
    const levels = this.#levels;
    const keys = this.#keysOf(table.plan);
    const key = table.keyOf(row);
    const last = keys.get(key);
    if (kind === 'rekey') {
      const oldKey = table.keyOf(old!);
      const previous = Math.max(last?.level ?? -1, keys.get(oldKey)?.level ?? -1);
      const touch = put(levels, previous + 1, kind, table, row, old, compare);
      keys.set(oldKey, touch);
      keys.set(key, touch);
      return;
    }
    if (last && mergeInto(levels, last, kind, table, row, keys, key)) return;
    const level = !last ? 0 : ORDER[kind] > ORDER[last.kind] ? last.level : last.level + 1;
    keys.set(key, put(levels, level, kind, table, row, undefined, compare));
  }

  #keysOf(plan: TablePlan): Map<string, Touch> {
    const touched = this.#touched.get(plan);
    if (touched instanceof Map) return touched;
    const keys = new Map<string, Touch>();
    this.#touched.set(plan, keys);
    if (touched) {
      const inserts = touched.raw.flatMap((each) => each.rows());
      touched.raw = [];
      for (const row of inserts) this.add('insert', touched.table, row, undefined, false);
    }
    return keys;
  }

  finish(): Segment[] {
    return this.#levels.flatMap((level) =>
      [...level.values()].filter(compact).sort((a, b) => ORDER[a.kind] - ORDER[b.kind]),
    );
  }
}

/** A later image of a row takes the place of an earlier one where the outcome is the same. */
function mergeInto(
  levels: Map<string, Segment>[],
  last: Touch,
  kind: ChangeKind,
  table: BoundTable,
  row: Tuple,
  keys: Map<string, Touch>,
  key: string,
): boolean {
  if (last.segment.table !== table) return false;
  const updates = last.kind === 'update' && kind === 'update';
  const filled = last.kind === 'insert' && kind === 'update';
  if (updates || filled) {
    const before = last.segment.rows[last.index]!;
    const merged = row.map((value, index) => (value === undefined ? before[index] : value));
    if (filled || table.absentOf(merged) === last.segment.absent) {
      last.segment.rows[last.index] = merged;
      return true;
    }
    last.segment.rows[last.index] = GONE;
    keys.set(key, put(levels, last.level, kind, table, merged, undefined, false));
    return true;
  }
  if (last.kind === 'update' && kind === 'delete') {
    last.segment.rows[last.index] = GONE;
    keys.set(key, put(levels, last.level, kind, table, row, undefined, false));
    return true;
  }
  return false;
}

const GONE: Tuple = [];

function compact(segment: Segment): boolean {
  if (segment.kind === 'update' && segment.rows.includes(GONE))
    segment.rows = segment.rows.filter((row) => row !== GONE);
  return segment.rows.length + segment.raw.length > 0;
}

function put(
  levels: Map<string, Segment>[],
  level: number,
  kind: ChangeKind,
  table: BoundTable,
  row: Tuple,
  old: Tuple | undefined,
  compare: boolean,
): Touch {
  // Inserts carry all columns, and of a delete only the key is used.
  const absent = kind === 'delete' || kind === 'insert' ? '' : table.absentOf(row);
  const segment = segmentFor(levels, level, kind, table, absent, compare);
  segment.rows.push(row);
  if (old) segment.olds.push(old);
  return { level, kind, segment, index: segment.rows.length - 1 };
}

function segmentFor(
  levels: Map<string, Segment>[],
  level: number,
  kind: ChangeKind,
  table: BoundTable,
  absent: string,
  compare: boolean,
): Segment {
  while (levels.length <= level) levels.push(new Map());
  const name = `${table.id} ${kind} ${compare ? 's' : ''} ${absent}`;
  let segment = levels[level]!.get(name);
  if (!segment) {
    segment = { table, kind, compare, absent, rows: [], olds: [], raw: [] };
    levels[level]!.set(name, segment);
  }
  return segment;
}
