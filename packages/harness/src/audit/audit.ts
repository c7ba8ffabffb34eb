import type pg from 'pg';
import type { Load, Promised } from '../load/load.ts';
import { readWrites, type Writes } from './writes.ts';

/** Where the writes of a load are looked for. */
export type Side = { side: 'monolith' | 'service'; database: pg.Pool };

export type AuditOptions = {
  journal: string;
  /** By name, as in the journal. */
  loads: ReadonlyMap<string, Pick<Load, 'promises' | 'balances'>>;
  /** By name of the load; what has no side is not looked for. */
  sides: ReadonlyMap<string, Side>;
};

export type AuditResult = {
  /** Writes that the system said yes to. */
  acknowledged: number;
  /** Those whose effect is there, or which a later write has replaced. */
  found: number;
  /** Those whose effect is not there. */
  lost: number;
  /** Effects that are there more than once. */
  doubled: number;
  /** Effects that must not be there: of refused writes, and what was ended and is good. */
  resurrected: number;
  /** By the name of each balance its figures, which are to be 0. */
  balances: Balances;
  /** The first problems in words. */
  problems: string[];
};

export type Balances = Record<string, Record<string, number>>;

const MAX_PROBLEMS = 50;

/**
 * Compares what was promised with what is there. The side that is read must have caught up; the load may go on meanwhile,
 * since the journal is read before the databases.
 */
export async function audit({ journal, loads, sides }: AuditOptions): Promise<AuditResult> {
  const result: AuditResult = {
    acknowledged: 0,
    found: 0,
    lost: 0,
    doubled: 0,
    resurrected: 0,
    balances: {},
    problems: [],
  };
  const entries = await readWrites(journal);
  const databaseOf = (service: string) => {
    const there = sides.get(service);
    return there?.side === 'service' ? there.database : undefined;
  };
  for (const [name, { promises = {}, balances = {} }] of loads) {
    const side = sides.get(name);
    if (!side) continue;
    for (const [balance, find] of Object.entries(balances))
      judgeBalance(balance, await find[side.side]?.(side.database, databaseOf), result);
    for (const [promise, promised] of Object.entries(promises)) {
      const id = `${name}.${promise}`;
      const since = async () => (await readWrites(journal)).get(id) ?? new Map();
      await judge(promised, side, entries.get(id) ?? new Map(), { result, what: promise, since });
    }
  }
  return result;
}

type Notes = {
  result: AuditResult;
  what: string;
  /** Its writes as the journal knows them now, after the databases were read. */
  since: () => Promise<Writes>;
};

async function judge(
  promised: Promised,
  { side, database }: Side,
  writes: Writes,
  notes: Notes,
): Promise<void> {
  switch (promised.kind) {
    case 'latest': {
      const find = promised.find[side];
      if (!find) return;
      const sent = new Map([...writes].map(([key, ofKey]) => [key, [...ofKey.keys()]]));
      const found = await find(database, sent);
      if (promised.gone !== undefined) addGone(writes, found, promised.gone, await notes.since());
      return judgeLatest(writes, found, notes);
    }
    case 'once': {
      const there = await promised.find[side]?.(database, [...writes.keys()]);
      return there && judgeOnce(writes, there, notes);
    }
    case 'ended': {
      const good = await promised.find[side]?.(database, [...writes.keys()]);
      return good && judgeEnded(writes, good, notes);
    }
  }
}

/** What is not there may have been taken away after the journal was read, by a write that only its end knows of. */
function addGone(writes: Writes, found: Map<string, number>, gone: number, since: Writes): void {
  for (const key of writes.keys())
    if ((found.get(key) ?? 0) === 0 && since.get(key)?.has(gone)) found.set(key, gone);
}

/** Every acknowledged write newer than what is there is lost; what was refused must not be there. */
function judgeLatest(writes: Writes, found: Map<string, number>, { result, what }: Notes): void {
  for (const [key, ofKey] of writes) {
    const there = found.get(key) ?? 0;
    for (const [n, { at }] of ofKey) {
      if (at !== 'ack') continue;
      result.acknowledged++;
      if (n <= there) result.found++;
      else {
        result.lost++;
        complain(result, `${what} ${n} of ${key} was acknowledged, ${there} is there`);
      }
    }
    if (ofKey.get(there)?.at === 'refused') {
      result.resurrected++;
      complain(result, `${what} ${there} of ${key} was refused and is there`);
    }
  }
}

function judgeOnce(
  writes: Writes,
  found: Map<string, Array<string | number>>,
  { result, what }: Notes,
): void {
  for (const [key, ofKey] of writes) {
    const { at, value } = ofKey.get(0)!;
    const there = (found.get(key) ?? []).map(String);
    if (there.length > 1) {
      result.doubled++;
      complain(result, `${what} ${key} is there ${there.length} times`);
    }
    if (at === 'ack') {
      result.acknowledged++;
      if (value === undefined ? there.length > 0 : there.includes(String(value))) result.found++;
      else {
        result.lost++;
        const promised = value === undefined ? 'was acknowledged' : `was acknowledged as ${value}`;
        complain(result, `${what} ${key} ${promised} and is ${there.join(', ') || 'not there'}`);
      }
    } else if (at === 'refused' && there.length > 0) {
      result.resurrected++;
      complain(result, `${what} ${key} was refused and is there`);
    }
  }
}

/** How many figures of balances are not 0. */
export function unbalanced(balances: Balances): number {
  return Object.values(balances).flatMap((figures) => Object.values(figures).filter((figure) => figure !== 0))
    .length;
}

function judgeBalance(name: string, figures: Record<string, number> | undefined, result: AuditResult): void {
  if (!figures) return;
  result.balances[name] = figures;
  for (const [figure, is] of Object.entries(figures))
    if (is !== 0) complain(result, `${name}: ${figure} is ${is} and not 0`);
}

function judgeEnded(writes: Writes, good: Set<string>, { result, what }: Notes): void {
  for (const [key, ofKey] of writes) {
    if (ofKey.get(0)!.at !== 'ack') continue;
    result.acknowledged++;
    if (good.has(key)) {
      result.resurrected++;
      complain(result, `${what} ${key} was acknowledged and it is good`);
    } else result.found++;
  }
}

function complain(result: AuditResult, problem: string): void {
  if (result.problems.length < MAX_PROBLEMS) result.problems.push(problem);
}
