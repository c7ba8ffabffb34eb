import type { Envelope } from '../envelope.ts';

/**
 * Carries messages from relays to consumers. Every adapter passes the same contract suite (`contract/`).
 *
 * At least once: a message may come more than once, never not at all; the inbox makes its effect happen once.
 */
export interface Bus {
  readonly adapter: 'postgres' | 'kafka' | 'eventbridge';
  /** `per-key`: messages with one `subject` reach a group one after another in the order they were published. */
  readonly order: 'per-key' | 'none';
  /** Resolves when all are durable on the bus. Rejects otherwise: some may have got there, publish all of them again. */
  publish(messages: readonly Envelope[]): Promise<void>;
  /** For whoever can publish all again that is not settled yet, as a relay: it costs less. Left out: what is published is durable at once. */
  publisher?(): Publisher;
  /** Starts taking messages. What is published after this has resolved reaches the group, also while none of it runs. */
  subscribe(subscription: Subscription): Promise<Subscriber>;
  readonly dead: DeadLetters;
  /** Rejects if the bus cannot be reached. */
  ping(): Promise<void>;
  /** Stops its subscribers and lets go of all connections. */
  close(): Promise<void>;
}

export type Publisher = {
  /**
   * Resolves when groups get all of it. Rejects with `BUS_FORGOT`, and does so from then on, when what it has published since it was last settled
   * may be gone: that is to be published again by another publisher, in its order, before anything else.
   */
  publish(messages: readonly Envelope[]): Promise<void>;
  /** Resolves when all that it has published is durable. Rejects as `publish` does. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

/** Of any bus. */
export function publisherOf(bus: Pick<Bus, 'publish' | 'publisher'>): Publisher {
  return (
    bus.publisher?.() ?? {
      publish: (messages) => bus.publish(messages),
      settle: async () => {},
      close: async () => {},
    }
  );
}

export type Subscription = {
  /**
   * Each message goes to one subscriber of each group: the service's name, or `<service>.<purpose>`. One with a `recipient` goes to
   * that group only.
   */
  group: string;
  /** Names of events and commands in the contracts. */
  types: readonly string[];
  /**
   * Does the work; rejects, with whatever it likes, to be given the message again after `delayMs`. An error with
   * `permanent: true` goes to the dead letters at once. `signal` aborts when its time is over.
   */
  handle(message: Envelope, delivery: Delivery, signal: AbortSignal): Promise<void>;
  /**
   * Does the work of several that come for the first time, in this order. What it does not say of, and all if it rejects, is
   * given to `handle` one by one.
   */
  handleMany?(messages: readonly Envelope[], signal: AbortSignal): Promise<DoneTogether>;
  /** Messages for one `handleMany` at most. Default 128. */
  batch?: number;
  /**
   * At least so many milliseconds between takes, for a subscriber that has time: few full takes cost less than many small ones. The bus
   * on PostgreSQL heeds it, while no more is waiting than one take brings. Default 5.
   */
  paceMs?: number;
  /** Calls at the same time at most. Default 16. */
  concurrency?: number;
  /** What a call may take, in milliseconds: then it is a failure and its place is free. Default 30000. */
  timeLimitMs?: number;
  /** Attempts before a message is dead. Default 3. */
  attempts?: number;
  /** Between attempts, in milliseconds. Default 5000. */
  delayMs?: number;
  /** Told what went wrong outside `handle`, e.g. a lost connection; the subscriber goes on by itself. */
  onError?(error: Error): void;
};

export type DoneTogether = {
  /** How many, from the first, have their effect. */
  done: number;
  /** One that has none because it failed by itself: this was its attempt. */
  failed?: { index: number; thrown: unknown };
};

export type Delivery = {
  /** From 1. */
  attempt: number;
};

export interface Subscriber {
  /** Takes no more, waits for those in flight. */
  stop(): Promise<void>;
}

/** Messages whose handling failed at every attempt, per group, with the reason. */
export interface DeadLetters {
  list(filter?: { group?: string; type?: string; limit?: number }): Promise<DeadLetter[]>;
  /** Gives messages to their group again, by dead letter ids or all of a group. Returns how many. */
  replay(which: { ids: readonly string[] } | { group: string }): Promise<number>;
  /** Forgets them. Returns how many. */
  drop(which: { ids: readonly string[] } | { group: string }): Promise<number>;
}

export type DeadLetter = {
  /** Of the dead letter, not of the message. */
  id: string;
  group: string;
  /** Of what was no message at all, one of type `unreadable` whose data has its content. */
  message: Envelope;
  /** Text of the last error. */
  reason: string;
  attempts: number;
  /** RFC 3339, UTC. */
  diedAt: string;
};
