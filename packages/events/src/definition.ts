import type { PartHost } from '@banyan/service';
import type pg from 'pg';
import { type Static, Type } from 'typebox';
import type { Contracts, DataOf } from './contracts.ts';
import type { Envelope } from './envelope.ts';
import type { FromRows, TableFacts } from './facts/from-rows.ts';
import type { Publish, PublishOptions, Send } from './outbox/publish.ts';
import type { Projection } from './projection/define.ts';
import type { Projector } from './projection/projector.ts';
import type { AnySaga, Sagas } from './saga/index.ts';
import type { EventStore, EventStoreOptions } from './store/store.ts';

export const EventingConfig = Type.Object({
  /** The bus of the system, the same for all its services: postgres://... A secret. */
  BUS_URL: Type.String({ minLength: 1, secret: true }),
  /** How long published rows stay in the outbox, to restore a lost slot from. */
  OUTBOX_RETENTION_HOURS: Type.Number({ minimum: 0, default: 24 }),
  /** How long the inbox knows a message again; longer than any bus may bring one twice. */
  INBOX_RETENTION_HOURS: Type.Number({ minimum: 1, default: 7 * 24 }),
});
export type EventingConfig = Static<typeof EventingConfig>;

/** What routes and handlers get of it. */
export type Events<C extends Contracts, S extends AnySaga = never> = {
  publish: Publish<C>;
  send: Send<C>;
  store: EventStore;
  /**
   * When this service had handled all that `owner`, which its definition asks (`backfill`), has told it of rows that were there.
   * Undefined: it has not yet, it has not asked, or it asked before anybody counted.
   */
  completeSince(owner: string): Promise<Date | undefined>;
  /** Throws `NONE_STATED` in a service without projections. */
  projections: Projector;
  /** Throws `NONE_STATED` in a service without sagas. */
  sagas: Sagas<S>;
};

export type HandlerContext<C extends Contracts, S extends AnySaga = never> = {
  /** The transaction in which the message is marked as processed: what the handler writes by it happens exactly once. */
  tx: pg.PoolClient;
  /** From 1. */
  attempt: number;
  /** Aborts when the handler's time is over; pass it on to what it waits for. Its transaction is cut then. */
  signal: AbortSignal;
  /** As `events.publish` in this transaction; the message goes on record as the cause. */
  publish<T extends keyof C['events'] & string>(
    type: T,
    data: DataOf<C['events'][T]>,
    options?: PublishOptions,
  ): Promise<Envelope>;
  send<T extends keyof C['commands'] & string>(
    type: T,
    data: DataOf<C['commands'][T]>,
    options?: PublishOptions,
  ): Promise<Envelope>;
  events: Events<C, S>;
  log: PartHost<unknown>['log'];
};

/** Does what the message asks for; a rejection rolls everything back and the message comes again. */
export type Handler<C extends Contracts, M, S extends AnySaga = never> = (
  message: Envelope<DataOf<M>>,
  context: HandlerContext<C, S>,
) => Promise<void>;

/**
 * Does what several messages of one type ask for, in their order, e.g. with one statement for all of them. It may be given
 * one only. What it publishes has the first of them on record as its cause.
 */
export type BatchHandler<C extends Contracts, M, S extends AnySaga = never> = (
  messages: readonly Envelope<DataOf<M>>[],
  context: HandlerContext<C, S>,
) => Promise<void>;

export type EventingDefinition<C extends Contracts, S extends AnySaga = never> = {
  /** What to do about events, of this service or others. */
  on?: { [T in keyof C['events'] & string]?: Handler<C, C['events'][T], S> };
  /** What to do about events, several at once where they come one after another. In place of `on` for those types. */
  onBatch?: { [T in keyof C['events'] & string]?: BatchHandler<C, C['events'][T], S> };
  /** How to fulfil the commands that the contracts give to this service. */
  commands?: { [T in keyof C['commands'] & string]?: Handler<C, C['commands'][T], S> };
  /**
   * Turns what replication changes in the service's tables, while the monolith still writes them, into the events that the service
   * publishes for its own writes. The plan names the module that states it (`facts`).
   */
  fromRows?: FromRows<C>;
  /**
   * Services that are asked, once, to tell by their events which rows they have: what was there before this one subscribed. They
   * tell nobody else, when their rows are there to be told, and this service handles it as any other event.
   */
  backfill?: readonly string[];
  /**
   * What the rows of tables say that no monolith ever wrote: of a service that was born outside, or of tables that it alone has. Told
   * to consumers that ask. Pure.
   */
  ownRows?: Readonly<Record<string, Pick<Required<TableFacts<C>>, 'exists'>>>;
  projections?: readonly Projection[];
  sagas?: readonly S[];
  /**
   * They are run once one is started, or another process has left one, not from the service's start: for a service that seldom has any.
   * None of them may start on an event then, nor the first one in a transaction. Default false.
   */
  sagasOnDemand?: boolean;
  /** Of the event store: types that nobody else wants to know of, master keys. */
  store?: Pick<EventStoreOptions, 'types' | 'masterKeys'>;
  /**
   * Transactions of handlers at the same time. Default 16. Never more than half of the service's pool (POOL_SIZE): each takes
   * a connection, and its handler may ask for another one.
   */
  concurrency?: number;
  /** Messages handled together in one transaction at most, if they are quick; 1: each has its own. Default 128. */
  batch?: number;
  /** What handling a message may take, in milliseconds; then it is a failure, and its transaction is cut. Default 30000. */
  timeLimitMs?: number;
  /** Attempts before a message is dead. Default 3. */
  attempts?: number;
  /** Between attempts, in milliseconds. Default 5000. */
  delayMs?: number;
};

/** What a definition can be made of: the steps of a saga publish and append by `events()` when they run. */
export type EventingHost<C extends Contracts> = PartHost<EventingConfig> & {
  /** What routes get as well. Throws `EVENTS_NOT_READY` while the definition is being made. */
  events(): Events<C>;
};

/**
 * Makes a definition with sagas and handlers whose types are not stated. These may start any saga: were they to know the names, the
 * compiler would have to know the sagas before it has read them.
 */
export type EventingMaker<C extends Contracts, S extends AnySaga> = (
  host: EventingHost<C>,
) => Omit<EventingDefinition<C, AnySaga>, 'sagas'> & { sagas?: readonly S[] };
