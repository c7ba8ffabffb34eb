import type { Random } from '@banyan/random';
import type pg from 'pg';
import { defaultOf, type System } from '../system.ts';
import type { Call, Outcome } from './client.ts';
import type { Population, User, UserId } from './population.ts';

/**
 * What users ask of a service (or of the monolith), and how the effects of its acknowledged writes are found again on either
 * side. The default export of a `load.ts`.
 */
export type Load<Id extends UserId = number> = {
  /** By name: each write says which of these its answer promises. */
  promises?: Record<string, Promised>;
  /** By type: events that tell others of these writes, one of each, whichever side has made it. */
  facts?: Record<string, Fact>;
  /**
   * By name: figures that are 0 at every moment, whatever is under way: of one statement, so that they are of one moment, or seen to last. The report has
   * them under that name.
   */
  balances?: Record<string, OnSides<FindBalance>>;
  /** Called once a run. What it remembers of users it keeps itself, see `perUser`. */
  start(run: LoadRun<Id>): {
    operations: Operation[];
    /** What somebody asks for first who has just registered. */
    firstVisit?(user: User<Id>, arrival: Arrival): Promise<void>;
  };
  /** How a fresh process is made as fast as one that has run for weeks. */
  warmUp?: WarmUp<Id>;
};

/** That somebody tells of a write: by an event of this type, or by one of another, whoever has made it. */
type Fact = { promise: string; key: KeyOfFact; or?: Record<string, KeyOfFact> };
/** The key of the promise; undefined of an event that tells of something else. */
type KeyOfFact = (data: Record<string, unknown>) => unknown;

/** One kind of arrival; its share of all is its weight by the sum of all weights. */
export type Operation = { weight: number; run(arrival: Arrival): Promise<void> };

export type LoadRun<Id extends UserId = number> = {
  random: Random;
  seed: number;
  users: Population<Id>;
  /** Makes the names of this run its own. */
  name: string;
  /** Rows of the monolith's tables at the start. */
  rows: Record<string, number>;
  /** Tells of an answer that nobody may ever see. */
  violate(violation: { kind: string; user: UserId; expected: string; got: string }): void;
};

/** One request, or a few in a row, from the moment that it was due: latency counts from there. */
export type Arrival = {
  /** Sends, records, never throws. */
  send(call: Call): Promise<Outcome>;
  /**
   * The same for a write that promises something: noted before it is sent and when it is answered. After an unclear answer
   * its user writes no more, since the write may still take effect.
   */
  write(promise: Promising, call: Call, user?: Pick<User, 'unclear'>): Promise<Outcome>;
  /** Notes what an answer promises beyond the write itself, e.g. a session that a registration opened. */
  acknowledge(promise: Promising): void;
};

/**
 * `name`: of a promise of this load, or as `payment.transfer` of one of another service, where what comes of it is looked for. `n`: the number of a value
 * that the next ones replace. `value`: what the answer told, if more than the key. `brings`: what else the same write promises.
 */
export type Promising = {
  name: string;
  key: string | number;
  n?: number;
  value?: string | number | ((body: unknown) => string | number);
  brings?: readonly Omit<Promising, 'brings'>[];
};

/** Without `monolith`: it never has any of them, and nobody looks for them there. So it is with a service that was born outside. */
type OnSides<T> = { monolith?: T; service: T };
/** One function for both sides, where both have the same tables. */
type Find<T> = OnSides<T> | T;

export type Promised =
  | { kind: 'latest'; find: OnSides<FindLatest>; gone?: number }
  | { kind: 'once'; find: OnSides<FindOnce> }
  | { kind: 'ended'; find: OnSides<FindEnded> };

/** By key the number of the value that is there; 0: one from before. Is told the numbers that were sent. */
type FindLatest = (
  database: pg.Pool,
  sent: ReadonlyMap<string, readonly number[]>,
) => Promise<Map<string, number>>;
/** By key what is there, one entry for each row. */
type FindOnce = (database: pg.Pool, keys: string[]) => Promise<Map<string, Array<string | number>>>;
/** `databaseOf`: of another service, where that has what it writes too; undefined: it is the monolith's. */
type FindBalance = (
  database: pg.Pool,
  databaseOf: (service: string) => pg.Pool | undefined,
) => Promise<Record<string, number>>;
/** Those that are still good. */
type FindEnded = (database: pg.Pool, keys: string[]) => Promise<Set<string>>;

/**
 * A value that each write replaces: the last acknowledged one must be there, or a later one without a clear answer. `gone`: the number
 * of the write that takes it away, where there is one: sent while it is looked for, it may have nothing there.
 */
export const latest = (find: Find<FindLatest>, { gone }: { gone?: number } = {}): Promised => ({
  kind: 'latest',
  find: onSides(find),
  gone,
});
/** A row that an acknowledged write made: it must be there exactly once, and not at all if the write was refused. */
export const once = (find: Find<FindOnce>): Promised => ({ kind: 'once', find: onSides(find) });
/** Something that an acknowledged write ended: it must not be good any more. */
export const ended = (find: Find<FindEnded>): Promised => ({ kind: 'ended', find: onSides(find) });

function onSides<T extends (...args: never[]) => unknown>(find: Find<T>): OnSides<T> {
  return typeof find === 'function' ? { monolith: find, service: find } : find;
}

export type WarmUp<Id extends UserId = number> = {
  /** People whom only the service knows, and only until it is warm. Left out: it needs to know nobody to answer. */
  guests?: {
    add(database: pg.Pool, ids: Id[]): Promise<void>;
    /** And with them whatever came of their visits. */
    remove(database: pg.Pool, ids: Id[]): Promise<void>;
  };
  /** The requests of one visit. Nothing that is there already may change by it. */
  visit(visitor: Visitor<Id>): Promise<unknown>;
};

export type Visitor<Id extends UserId = number> = {
  id: Id;
  /** One of `guests`, on its way to the service itself; else a user of the monolith by way of the gateway. */
  isGuest: boolean;
  /** Counts visits from 0. */
  round: number;
  /** The body of the answer, whatever its status. */
  send(method: Call['method'], path: string, body?: object): Promise<string>;
};

/** The loads of a system by service; `monolith` is what no service takes over. */
export async function loadsOf(system: System): Promise<Map<string, Load<UserId>>> {
  const files = [
    ['monolith', 'monolith/load.ts'],
    ...system.services.map((name) => [name, `services/${name}/load.ts`]),
  ] as const;
  const loads = await Promise.all(
    files.map(
      async ([name, file]) => [name!, await defaultOf<Load<UserId>>(new URL(file!, system.folder))] as const,
    ),
  );
  return new Map(loads);
}

/** What a load remembers of each user, made at the first question. */
export function perUser<T, Id extends UserId = number>(make: (user: User<Id>) => T): (user: User<Id>) => T {
  const states = new WeakMap<User<Id>, T>();
  return (user) => {
    const state = states.get(user) ?? make(user);
    states.set(user, state);
    return state;
  };
}

/** Keeps others from writing for this user meanwhile, so that the order of writes is known. */
export async function exclusively(user: Pick<User, 'busy'>, write: () => Promise<void>): Promise<void> {
  user.busy = true;
  try {
    await write();
  } finally {
    user.busy = false;
  }
}
