import { setTimeout as delay } from 'node:timers/promises';
import { isConflict } from '../errors.ts';
import type { Snapshot, SnapshotKey } from '../snapshots.ts';
import type { EventStore } from '../store.ts';
import type { AppendOptions, DomainEvent, NewEvent, RecordedEvent } from '../types.ts';

/** The rules of one kind of stream, all of them pure. What time it is, a command brings along. */
export type Decider<State, Command, Event extends DomainEvent> = {
  /** For its snapshots; unique among the deciders of the database. */
  name: string;
  /** Raised when `State` or `evolve` changes: snapshots of other versions are not used. Default 1. */
  version?: number;
  initialState(): State;
  /** What happens because of the command: any number of events. Throws if the rules forbid it. */
  decide(command: Command, state: State): Event | readonly Event[];
  /** The state after the event. Never throws: it has happened. */
  evolve(state: State, event: Event): State;
  /** Keeps the state after each so many events, so that it need not be made of all. State must be JSON then. Default: never. */
  snapshotEvery?: number;
};

export type Loaded<State> = { state: State; version: number };

/** The state of a stream: from its snapshot and what came after, which is the same as from all its events. */
export async function load<State, Command, Event extends DomainEvent>(
  store: EventStore,
  decider: Decider<State, Command, Event>,
  stream: string,
  options: { tx?: AppendOptions['tx'] } = {},
): Promise<Loaded<State>> {
  const { state, version } = await read(store, decider, stream, options);
  return { state, version };
}

/** The state as it was: at a version, or at a time (RFC 3339), when everything up to the last event not after it counts. */
export async function stateAt<State, Command, Event extends DomainEvent>(
  store: EventStore,
  decider: Decider<State, Command, Event>,
  stream: string,
  when: number | string,
): Promise<Loaded<State>> {
  const to = typeof when === 'number' ? when : await store.versionAt(stream, when);
  const { state, version } = await read(store, decider, stream, { to });
  return { state, version };
}

export type HandleOptions = Omit<AppendOptions, 'expectedVersion'> & {
  /** The version that the one who commands has seen, e.g. by If-Match; another one is a conflict and not tried again. */
  expectedVersion?: number;
  /** How often to decide at most, anew each time that somebody else was faster, after 5, 10, 20 ... 1000 ms at most. Default 20. */
  attempts?: number;
};

export type Handled<State, Event> = {
  events: readonly Event[];
  state: State;
  version: number;
  /** Of the last event; undefined if nothing happened. */
  position?: number;
};

/**
 * Loads, decides and appends; if somebody else has appended in between, again from what they left. Throws what `decide`
 * throws, and `VERSION_CONFLICT` after the last attempt.
 */
export async function handle<State, Command, Event extends DomainEvent>(
  store: EventStore,
  decider: Decider<State, Command, Event>,
  stream: string,
  command: Command,
  { expectedVersion, attempts = 20, ...options }: HandleOptions = {},
): Promise<Handled<State, Event>> {
  for (let attempt = 1; ; attempt++) {
    const began = performance.now();
    const before = await read(store, decider, stream, { tx: options.tx });
    const decided = decider.decide(command, before.state);
    const events = (Array.isArray(decided) ? decided : [decided]) as readonly Event[];
    if (events.length === 0) return { events, state: before.state, version: before.version };
    try {
      const { version, position } = await store.append(stream, events as readonly NewEvent[], {
        ...options,
        expectedVersion: expectedVersion ?? before.version,
      });
      const state = events.reduce(decider.evolve, before.state);
      if (!options.tx) await keepSnapshot(store, decider, stream, before);
      return { events, state, version, position };
    } catch (error) {
      if (!isConflict(error) || expectedVersion !== undefined || attempt >= attempts) throw error;
      const longest = Math.max(LONGEST_PAUSE_MS, TURNS * (performance.now() - began));
      await delay(Math.random() * Math.min(longest, 5 * 2 ** attempt));
    }
  }
}

const LONGEST_PAUSE_MS = 1_000;
/** Where an attempt itself takes long, so many others may have their turn in the longest pause. */
const TURNS = 20;

type Read<State> = Loaded<State> & { subjects: readonly string[]; snapshotVersion: number };

async function read<State, Command, Event extends DomainEvent>(
  store: EventStore,
  decider: Decider<State, Command, Event>,
  stream: string,
  { to, tx }: { to?: number; tx?: AppendOptions['tx'] },
): Promise<Read<State>> {
  const snapshot = decider.snapshotEvery ? await store.snapshots.load(keyOf(decider, stream), to) : undefined;
  const events = await store.readStream<Event>(stream, { from: (snapshot?.version ?? 0) + 1, to, tx });
  return {
    state: events.reduce<State>(
      decider.evolve,
      (snapshot?.state as State | undefined) ?? decider.initialState(),
    ),
    version: events.at(-1)?.version ?? snapshot?.version ?? 0,
    subjects: subjectsOf(snapshot, events),
    snapshotVersion: snapshot?.version ?? 0,
  };
}

/** Whose personal data is in the state: only what could still be read. */
function subjectsOf(snapshot: Snapshot | undefined, events: readonly RecordedEvent[]): string[] {
  const readable = events.filter(
    ({ personal, forgotten }) => personal && personal.length > (forgotten?.length ?? 0),
  );
  return [...new Set([...(snapshot?.subjects ?? []), ...readable.map(({ subject }) => subject!)])].sort();
}

/** Of what was read, not of what was just decided: that has not been through the store's upcasters and keys. */
async function keepSnapshot<State, Command, Event extends DomainEvent>(
  store: EventStore,
  decider: Decider<State, Command, Event>,
  stream: string,
  { state, version, subjects, snapshotVersion }: Read<State>,
): Promise<void> {
  const { snapshotEvery } = decider;
  if (!snapshotEvery || version - snapshotVersion < snapshotEvery) return;
  await store.snapshots.save(keyOf(decider, stream), { version, state, subjects });
}

function keyOf({ name, version = 1 }: { name: string; version?: number }, stream: string): SnapshotKey {
  return { stream, decider: name, deciderVersion: version };
}
