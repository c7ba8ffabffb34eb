import type { Operation } from '@banyan/service';
import type { Static, TObject } from 'typebox';

type Message<Kind extends string, T extends TObject> = {
  kind: Kind;
  /** Of an event the service that publishes it, the only one that may; of a command the one that handles it. */
  service: string;
  /** Of `data`; a breaking change raises it and brings an upcaster. */
  version: number;
  /** The property of `data` whose messages keep their order among each other: text, number or boolean, and never left out. */
  key: KeyOf<Static<T>>;
  data: T;
  /** What it means, for the AsyncAPI page. */
  summary?: string;
  /** By old version: turns its data into the next version's. */
  upcasters?: Readonly<Record<number, (data: Record<string, unknown>) => Record<string, unknown>>>;
};

type KeyOf<Data> = string extends keyof Data
  ? string
  : { [K in keyof Data & string]-?: Data[K] extends string | number | boolean ? K : never }[keyof Data &
      string];

/** A fact: something happened, whoever wants to know. Named in the past tense, e.g. `UserRegistered`. */
export type EventContract<T extends TObject = TObject> = Message<'event', T>;

/** A wish: told to the one service that can fulfil it. Named as an order, e.g. `SuspendUser`. */
export type CommandContract<T extends TObject = TObject> = Message<'command', T>;

export type MessageContract = EventContract | CommandContract;

/** States an event. */
export function event<T extends TObject>(stated: Omit<EventContract<T>, 'kind'>): EventContract<T> {
  return { kind: 'event', ...stated };
}

/** States a command that is sent by the bus; one whose answer the caller waits for is an `operation`. */
export function command<T extends TObject>(stated: Omit<CommandContract<T>, 'kind'>): CommandContract<T> {
  return { kind: 'command', ...stated };
}

export type Contracts<
  // biome-ignore lint/suspicious/noExplicitAny: a contract's key depends on its data, so no common type but any holds all
  E extends Record<string, EventContract<any>> = Record<string, EventContract<any>>,
  // biome-ignore lint/suspicious/noExplicitAny: as above
  C extends Record<string, CommandContract<any>> = Record<string, CommandContract<any>>,
  O extends Record<string, Operation> = Record<string, Operation>,
> = {
  /** The system's name; the CloudEvents `source` of a message is `/<system>/<service>`. */
  system: string;
  events: E;
  commands: C;
  /** Queries, and commands whose answer the caller waits for: HTTP. */
  operations: O;
};

/**
 * All that the services of a system say to each other, each message once. What is not in here cannot be published, sent,
 * handled or called: it does not compile.
 */
export function defineContracts<
  // biome-ignore lint/suspicious/noExplicitAny: as above
  E extends Record<string, EventContract<any>>,
  // biome-ignore lint/suspicious/noExplicitAny: as above
  C extends Record<string, CommandContract<any>> = Record<never, never>,
  O extends Record<string, Operation> = Record<never, never>,
>(stated: { system: string; events: E; commands?: C; operations?: O }): Contracts<E, C, O> {
  return { commands: {} as C, operations: {} as O, ...stated };
}

/** The data of an event or a command, by its contract. */
export type DataOf<M> = M extends { data: infer T extends TObject } ? Static<T> : never;
