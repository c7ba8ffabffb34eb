import type { Tuple } from '@banyan/postgres';
import type { BoundTable } from './bound-table.ts';

/**
 * Changes of one or many transactions arranged so that sets of rows can be applied at once with the same outcome as
 * one by one. Waves run one after another; within a wave the segments run in the order of `ORDER`, and no key is
 * touched by two segments in a way that depends on more than that order.
 */

export type ChangeKind = 'delete' | 'rekey' | 'update' | 'guest' | 'insert';

export type Change = {
  table: BoundTable;
  kind: ChangeKind;
  /** New row; of a delete the old key or row. */
  row: Tuple;
  /** Of a rekey: the old key or row. */
  old: Tuple | undefined;
  /** Of a guest: compare what is not applied with the target, because the change was made here and not by a link. */
  suspect: boolean;
};

export type Segment = {
  table: BoundTable;
  kind: ChangeKind;
  suspect: boolean;
  /** Inputs that no row of this segment carries (unchanged TOAST): names, sorted. */
  absent: string;
  rows: Tuple[];
  olds: Tuple[];
};

const ORDER: Record<ChangeKind, number> = { delete: 0, rekey: 1, update: 2, guest: 3, insert: 4 };

type Touch = { wave: number; kind: ChangeKind; segment: Segment; index: number };

/** Arranges changes, given in commit order. */
export function buildWaves(changes: Iterable<Change>): Segment[][] {
  const waves: Map<string, Segment>[] = [];
  const touched = new Map<BoundTable, Map<string, Touch>>();
  for (const change of changes) {
    const { table } = change;
    let keys = touched.get(table);
    if (!keys) {
      keys = new Map();
      touched.set(table, keys);
    }
    const key = table.keyOf(change.row);
    const last = keys.get(key);
    if (change.kind === 'rekey') {
      const oldKey = table.keyOf(change.old!);
      const previous = Math.max(last?.wave ?? -1, keys.get(oldKey)?.wave ?? -1);
      const touch = add(waves, change, previous + 1);
      keys.set(oldKey, touch);
      keys.set(key, touch);
      continue;
    }
    if (last && mergeInto(waves, last, change, keys, key)) continue;
    const wave = !last ? 0 : ORDER[change.kind] > ORDER[last.kind] ? last.wave : last.wave + 1;
    keys.set(key, add(waves, change, wave));
  }
  return waves.map((wave) =>
    [...wave.values()].filter(compact).sort((a, b) => ORDER[a.kind] - ORDER[b.kind]),
  );
}

/** A later image of a row takes the place of an earlier one where the outcome is the same. */
function mergeInto(
  waves: Map<string, Segment>[],
  last: Touch,
  change: Change,
  keys: Map<string, Touch>,
  key: string,
): boolean {
  const updates = last.kind === 'update' && change.kind === 'update';
  const filled = last.kind === 'insert' && change.kind === 'update';
  if (updates || filled) {
    const before = last.segment.rows[last.index]!;
    const row = change.row.map((value, index) => (value === undefined ? before[index] : value));
    if (filled || change.table.absentOf(row) === last.segment.absent) {
      last.segment.rows[last.index] = row;
      return true;
    }
    last.segment.rows[last.index] = GONE;
    keys.set(key, add(waves, { ...change, row }, last.wave));
    return true;
  }
  if (last.kind === 'update' && change.kind === 'delete') {
    last.segment.rows[last.index] = GONE;
    keys.set(key, add(waves, change, last.wave));
    return true;
  }
  return false;
}

const GONE: Tuple = [];

function compact(segment: Segment): boolean {
  if (segment.kind === 'update' && segment.rows.includes(GONE))
    segment.rows = segment.rows.filter((row) => row !== GONE);
  return segment.rows.length > 0;
}

function add(waves: Map<string, Segment>[], change: Change, wave: number): Touch {
  while (waves.length <= wave) waves.push(new Map());
  const { table, kind, suspect } = change;
  const absent = kind === 'delete' ? '' : table.absentOf(change.row);
  const name = `${table.id} ${kind} ${suspect ? 's' : ''} ${absent}`;
  let segment = waves[wave]!.get(name);
  if (!segment) {
    segment = { table, kind, suspect, absent, rows: [], olds: [] };
    waves[wave]!.set(name, segment);
  }
  segment.rows.push(change.row);
  if (change.old) segment.olds.push(change.old);
  return { wave, kind, segment, index: segment.rows.length - 1 };
}
