import { setTimeout as delay } from 'node:timers/promises';
import type { PartHost, ServicePart } from '@banyan/service';
import type pg from 'pg';
import { type Static, Type } from 'typebox';
import type { Bus, Subscriber } from './bus/bus.ts';
import { openBus } from './bus/open.ts';
import type { Contracts, DataOf } from './contracts.ts';
import type { Envelope } from './envelope.ts';
import { EventsError } from './errors.ts';
import { Handling } from './handling.ts';
import { applyInboxSchema, sweepInbox } from './inbox/inbox.ts';
import { Messages } from './messages.ts';
import {
  applyOutboxSchema,
  createPublisher,
  type Publish,
  type PublishOptions,
  type Send,
} from './outbox/publish.ts';
import type { Projection } from './projection/define.ts';
import { createProjector, type Projector } from './projection/projector.ts';
import { RelayOnDemand } from './relay/on-demand.ts';
import { startRelay } from './relay/relay.ts';
import { type AnySaga, createSagas, type Sagas } from './saga/index.ts';
import { createEventStore, type EventStore, type EventStoreOptions } from './store/store.ts';

const EventingConfig = Type.Object({
  /** The bus of the system, the same for all its services: postgres://... A secret. */
  BUS_URL: Type.String({ minLength: 1, secret: true }),
  /** How long published rows stay in the outbox, to mend a lost slot from. */
  OUTBOX_RETENTION_HOURS: Type.Number({ minimum: 0, default: 24 }),
  /** How long the inbox knows a message again; longer than any bus may bring one twice. */
  INBOX_RETENTION_HOURS: Type.Number({ minimum: 1, default: 7 * 24 }),
});
type EventingConfig = Static<typeof EventingConfig>;

/** What routes and handlers get of it. */
export type Events<C extends Contracts, S extends AnySaga = never> = {
  publish: Publish<C>;
  send: Send<C>;
  store: EventStore;
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
  projections?: readonly Projection[];
  sagas?: readonly S[];
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
type EventingMaker<C extends Contracts, S extends AnySaga> = (
  host: EventingHost<C>,
) => Omit<EventingDefinition<C, AnySaga>, 'sagas'> & { sagas?: readonly S[] };

/**
 * The part of a service by which it takes part in the events of its system: outbox and relay, subscriptions and inbox,
 * event store, projections, sagas. Its group on the bus has the service's name.
 *
 * @example
 * use: { events: eventing(contracts, { on: { UserGone: async ({ data }, { tx }) => deleteTodosOf(tx, data.id) } }) }
 */
export function eventing<C extends Contracts, const S extends AnySaga = never>(
  contracts: C,
  definition: EventingMaker<C, S>,
): ServicePart<Events<C, S>, typeof EventingConfig>;
export function eventing<C extends Contracts, const S extends AnySaga = never>(
  contracts: C,
  definition?: EventingDefinition<C, S> | ((host: EventingHost<C>) => EventingDefinition<C, S>),
): ServicePart<Events<C, S>, typeof EventingConfig>;
export function eventing<C extends Contracts, const S extends AnySaga = never>(
  contracts: C,
  definition:
    | EventingDefinition<C, S>
    | ((host: EventingHost<C>) => EventingDefinition<C, S>)
    | EventingMaker<C, S> = {},
): ServicePart<Events<C, S>, typeof EventingConfig> {
  return {
    config: EventingConfig,
    async start(host) {
      let part: Eventing<C, S> | undefined;
      const events = () => part!.provided as unknown as Events<C>;
      const made = typeof definition === 'function' ? definition({ ...host, events }) : definition;
      const stated = made as EventingDefinition<C, S>;
      part = new Eventing(contracts, stated, host);
      const provided = await part.start();
      const started = part;
      return {
        provided,
        open: () => started.open(),
        ready: () => started.ready(),
        close: () => started.close(),
      };
    },
  };
}

class Eventing<C extends Contracts, S extends AnySaga> {
  readonly #host: PartHost<EventingConfig>;
  readonly #definition: EventingDefinition<C, S>;
  readonly #contracts: C;
  readonly #messages: Messages;
  readonly #handlers: ReadonlyMap<string, Handler<C, never, S>>;
  readonly #batchHandlers: ReadonlyMap<string, BatchHandler<C, never, S>>;
  readonly #closing = new AbortController();
  #events: Events<C, S> | undefined;
  #projector: Projector | undefined;
  #sagas: Sagas<S> | undefined;
  #bus: Bus | undefined;
  readonly #relaying: RelayOnDemand;
  #subscriber: Subscriber | undefined;
  #connecting: Promise<void> | undefined;
  #failure: unknown;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(contracts: C, definition: EventingDefinition<C, S>, host: PartHost<EventingConfig>) {
    this.#contracts = contracts;
    this.#definition = definition;
    this.#host = host;
    this.#messages = new Messages(contracts);
    this.#handlers = new Map(Object.entries({ ...definition.on, ...definition.commands })) as never;
    this.#batchHandlers = new Map(Object.entries({ ...definition.onBatch })) as never;
    const twice = [...this.#batchHandlers.keys()].find((type) => this.#handlers.has(type));
    if (twice) throw new EventsError('HANDLED_TWICE', { type: twice });
    this.#relaying = new RelayOnDemand({
      pool: host.pool,
      publishes: Object.values(contracts.events).some(({ service }) => service === host.service),
      start: () => this.#startRelay(),
      onError: (err) => host.log.warn({ err }, 'could not look for messages to relay'),
    });
    for (const type of Object.keys(definition.commands ?? {})) {
      const owner = this.#messages.contract(type, 'command').service;
      if (owner !== host.service)
        throw new EventsError('NOT_OUR_COMMAND', { type, owner, service: host.service });
    }
  }

  get provided(): Events<C, S> {
    if (!this.#events) throw new EventsError('EVENTS_NOT_READY');
    return this.#events;
  }

  async start(): Promise<Events<C, S>> {
    const { pool, service, databaseUrl, instance, log, metrics } = this.#host;
    const { projections = [], sagas = [] } = this.#definition;
    await applyOutboxSchema(pool);
    await applyInboxSchema(pool);
    const { publish, send } = createPublisher<C>(this.#messages, service, {
      onWrite: () => this.#relaying.want(),
    });
    const store = await createEventStore({
      pool,
      contracts: this.#contracts,
      ...this.#definition.store,
      inline: projections.filter(({ mode }) => mode === 'inline'),
      publish: async (tx, recorded) => {
        for (const { type, data, correlationId, causationId } of recorded) {
          const options = { correlationId, ...(causationId === undefined ? {} : { causationId }) };
          await publish(tx, type as never, data as never, options);
        }
      },
    });
    if (projections.length > 0) this.#projector = createProjector({ pool, store, projections, log, metrics });
    if (sagas.length > 0) {
      this.#sagas = await createSagas({ service, databaseUrl, pool, sagas, log, metrics, instance });
    }
    const [projector, ofSagas] = [this.#projector, this.#sagas];
    this.#events = {
      publish,
      send,
      store,
      get projections() {
        return projector ?? noneOf('projections', service);
      },
      get sagas() {
        return ofSagas ?? noneOf('sagas', service);
      },
    };
    return this.#events;
  }

  /** A bus that is away does not keep the service from starting: what it says waits in the outbox. */
  async open(): Promise<void> {
    await this.#projector?.start();
    const first = Promise.withResolvers<void>();
    this.#connecting = this.#connect(first.resolve);
    await first.promise;
    const sweep = () => {
      const retentionMs = this.#host.config.INBOX_RETENTION_HOURS * HOUR_MS;
      sweepInbox(this.#host.pool, { retentionMs }).catch((err: unknown) => {
        if (!this.#closing.signal.aborted)
          this.#host.log.warn({ err }, 'could not remove old marks of the inbox');
      });
    };
    this.#sweeping = setInterval(sweep, HOUR_MS / 4);
  }

  /**
   * Not while somebody must mend something here. That the bus is away is no such thing: whoever stops asking a service
   * then makes of one failure many, while all that it says waits in the outbox.
   */
  async ready(): Promise<void> {
    if (this.#failure instanceof EventsError) throw this.#failure;
    await this.#relaying.relay?.ready().catch(async (error: Error) => {
      if (error.cause instanceof EventsError) throw error;
      const behind = error instanceof EventsError && error.code === 'RELAY_BEHIND';
      const reached = await this.#bus?.ping().then(
        () => true,
        () => false,
      );
      if (behind && reached) throw error;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#sweeping);
    await this.#connecting;
    await this.#subscriber?.stop();
    await this.#projector?.stop();
    await this.#sagas?.close();
    await this.#relaying.close();
    await this.#bus?.close();
  }

  async #connect(tried: () => void): Promise<void> {
    const { config, log } = this.#host;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        this.#bus ??= await openBus(config.BUS_URL, {
          onError: (err) => log.warn({ err }, 'the bus has a problem'),
        });
        this.#relaying.open();
        await this.#subscribe(this.#bus);
        this.#failure = undefined;
        break;
      } catch (error) {
        this.#failure = error;
        log.error({ err: error }, 'the bus cannot be reached yet');
        tried();
        await delay(Math.min(200 * 2 ** failures, 10_000), undefined, { signal }).catch(() => {});
      }
    }
    tried();
  }

  #startRelay() {
    const { config, log, pool, databaseUrl, metrics } = this.#host;
    const retentionMs = config.OUTBOX_RETENTION_HOURS * HOUR_MS;
    return startRelay({ databaseUrl, pool, bus: this.#bus!, log, metrics, retentionMs });
  }

  async #subscribe(bus: Bus): Promise<void> {
    const own = [...this.#handlers.keys(), ...this.#batchHandlers.keys()];
    const types = [...new Set([...own, ...(this.#sagas?.startsOn ?? [])])];
    if (types.length === 0) return;
    const { service, log } = this.#host;
    const { batch, attempts, delayMs, timeLimitMs } = this.#definition;
    const handling = new Handling<C, S>({
      host: this.#host,
      messages: this.#messages,
      handlers: this.#handlers,
      batchHandlers: this.#batchHandlers,
      events: this.#events!,
      ...(this.#sagas ? { sagas: this.#sagas } : {}),
    });
    this.#subscriber = await bus.subscribe({
      group: service,
      types,
      handle: (message, delivery, signal) => handling.one(message, delivery, signal),
      onError: (err) => log.warn({ err }, 'the subscriber has a problem'),
      concurrency: this.#concurrency(),
      ...(batch === 1 ? {} : { handleMany: (messages, signal) => handling.many(messages, signal) }),
      ...(batch === undefined ? {} : { batch }),
      ...(attempts === undefined ? {} : { attempts }),
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
    });
  }

  /** If all handlers at once could hold a connection and wait for another, none would ever get it. */
  #concurrency(): number {
    const { pool, log } = this.#host;
    const { concurrency = 16 } = this.#definition;
    const most = Math.max(1, Math.floor((pool.options.max ?? 10) / 2));
    if (this.#definition.concurrency !== undefined && concurrency > most) {
      const facts = { concurrency, used: most, pool: pool.options.max };
      log.warn(
        facts,
        'the pool cannot serve so many handlers at once: raise POOL_SIZE to twice the concurrency',
      );
    }
    return Math.min(concurrency, most);
  }
}

function noneOf(what: string, service: string): never {
  throw new EventsError('NONE_STATED', { what, service });
}

const HOUR_MS = 3_600_000;
