import { setTimeout as delay } from 'node:timers/promises';
import type { PartHost, ServicePart } from '@banyan/service';
import type { Bus, Subscriber } from './bus/bus.ts';
import { openBus } from './bus/open.ts';
import type { Contracts } from './contracts.ts';
import {
  type BatchHandler,
  EventingConfig,
  type EventingDefinition,
  type EventingHost,
  type EventingMaker,
  type Events,
  type Handler,
} from './definition.ts';
import { EventsError } from './errors.ts';
import { withBackfills } from './facts/backfill-messages.ts';
import { Backfills } from './facts/backfills.ts';
import { completeSince } from './facts/count-handled.ts';
import { Handling } from './inbox/handling.ts';
import { applyInboxSchema, sweepInbox } from './inbox/inbox.ts';
import { Messages } from './messages.ts';
import { applyOutboxSchema, createPublisher } from './outbox/publish.ts';
import { RelayOnDemand } from './outbox/relay/on-demand.ts';
import { startRelay } from './outbox/relay/relay.ts';
import { createProjector, type Projector } from './projection/projector.ts';
import { applySagaSchema } from './saga/effects.ts';
import type { AnySaga, Sagas } from './saga/index.ts';
import { SagasOnDemand } from './saga/on-demand.ts';
import { createEventStore } from './store/store.ts';
import { takenBy } from './taken.ts';

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
    takes: takenBy(contracts, definition),
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
  readonly #backfills: Backfills<C>;
  readonly #closing = new AbortController();
  #events: Events<C, S> | undefined;
  #projector: Projector | undefined;
  #sagas: Sagas<S> | undefined;
  #leftSagas: SagasOnDemand<S> | undefined;
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
    this.#messages = new Messages(withBackfills(contracts));
    this.#backfills = new Backfills({ contracts, definition, host, onWrite: () => this.#relaying.want() });
    const handlers = Object.entries({ ...definition.on, ...definition.commands });
    this.#handlers = new Map<string, unknown>([...handlers, ...this.#backfills.handlers]) as never;
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
    // Also without sagas: it may be their receiver, which keeps its marks by `once` and `undo`.
    await applySagaSchema(pool);
    await this.#backfills.prepare();
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
      const run = async () => {
        // DBOS is large, and most services have no sagas.
        const { createSagas } = await import('./saga/sagas.ts');
        return await createSagas({ service, databaseUrl, pool, sagas, log, metrics, instance });
      };
      this.#sagas = this.#definition.sagasOnDemand ? this.#onDemand(run) : await run();
    }
    const [projector, ofSagas] = [this.#projector, this.#sagas];
    this.#events = {
      publish,
      send,
      store,
      completeSince: (owner) => completeSince(pool, owner),
      get projections() {
        return projector ?? noneOf('projections', service);
      },
      get sagas() {
        return ofSagas ?? noneOf('sagas', service);
      },
    };
    return this.#events;
  }

  #onDemand(run: () => Promise<Sagas<S>>): Sagas<S> {
    const { pool, service, log } = this.#host;
    const { sagas = [] } = this.#definition;
    const onError = (err: Error) =>
      log.warn({ err }, 'could not run the sagas that another process has left');
    this.#leftSagas = new SagasOnDemand({ pool, service, sagas, run, onError });
    return this.#leftSagas.sagas;
  }

  /** A bus that is away does not keep the service from starting: what it says waits in the outbox. */
  async open(): Promise<void> {
    await this.#projector?.start();
    this.#leftSagas?.open();
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
   * Not while somebody must fix something here. That the bus is away is no such thing: whoever stops asking a service
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
    await this.#backfills.close();
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
        this.#backfills.open();
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
    const { count } = this.#backfills;
    const handling = new Handling<C, S>({
      host: this.#host,
      messages: this.#messages,
      handlers: this.#handlers,
      batchHandlers: this.#batchHandlers,
      events: this.#events!,
      ...(this.#sagas ? { sagas: this.#sagas } : {}),
      ...(count && { onHandled: (tx, handled) => count.handled(tx, handled) }),
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
