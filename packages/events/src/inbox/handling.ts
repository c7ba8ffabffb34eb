import { errorCode, withTransaction } from '@banyan/postgres';
import { inSpan, type PartHost, SpanKind } from '@banyan/service';
import type pg from 'pg';
import type { Delivery, DoneTogether } from '../bus/bus.ts';
import type { Contracts } from '../contracts.ts';
import type { BatchHandler, Events, Handler, HandlerContext } from '../definition.ts';
import type { Envelope } from '../envelope.ts';
import { isPermanent } from '../errors.ts';
import { errorOf } from '../failure.ts';
import type { Messages } from '../messages.ts';
import type { PublishOptions } from '../outbox/publish.ts';
import type { AnySaga, Sagas } from '../saga/index.ts';
import { markProcessed, processOnce, unmark } from './inbox.ts';

export type HandlingOptions<C extends Contracts, S extends AnySaga> = {
  host: Pick<PartHost<unknown>, 'pool' | 'service' | 'log'>;
  messages: Messages;
  handlers: ReadonlyMap<string, Handler<C, never, S>>;
  batchHandlers: ReadonlyMap<string, BatchHandler<C, never, S>>;
  events: Events<C, S>;
  sagas?: Sagas<S>;
  /** Told, at the end of their transaction, of those that have their effects by it. */
  onHandled?(tx: pg.PoolClient, messages: readonly Envelope[]): Promise<void>;
};

/** The effects of messages in the service's own database, each with its mark in the inbox and in the trace of its publisher. */
export class Handling<C extends Contracts, S extends AnySaga> {
  readonly #options: HandlingOptions<C, S>;

  constructor(options: HandlingOptions<C, S>) {
    this.#options = options;
  }

  /** One message in a transaction of its own. */
  async one(received: Envelope, { attempt }: Delivery, signal: AbortSignal): Promise<void> {
    const { host, messages } = this.#options;
    const { id } = received;
    try {
      const message = messages.receive(received);
      const effect = async (tx: pg.PoolClient) => {
        await this.#effect([message], tx, { attempt, signal });
        await this.#options.onHandled?.(tx, [message]);
      };
      // The mark and the commit belong to its trace too.
      await inProcessSpan([message], () => processOnce(host.pool, host.service, id, effect, { signal }));
    } catch (thrown) {
      this.#warn(received, attempt, thrown);
      throw thrown;
    }
  }

  /**
   * Several in one transaction, one after another, with one statement for all their marks. It ends early, with what is done,
   * once it has taken its time. If one fails nothing of it is done, and if one takes longer than others should wait for it.
   */
  async many(received: readonly Envelope[], signal: AbortSignal): Promise<DoneTogether> {
    const impatience = new AbortController();
    const either = AbortSignal.any([signal, impatience.signal]);
    try {
      return await this.#together(received, impatience, either);
    } catch (error) {
      if (!(error instanceof OneFailed) || either.aborted) throw error;
      const { index, cause: thrown } = error;
      if (isOfCompany(thrown)) throw error;
      this.#warn(received[index]!, 1, thrown);
      return { done: 0, failed: { index, thrown } };
    }
  }

  async #together(
    received: readonly Envelope[],
    impatience: AbortController,
    signal: AbortSignal,
  ): Promise<DoneTogether> {
    const { pool, service } = this.#options.host;
    const all = received.map((message, index) =>
      orFailed(index, () => this.#options.messages.receive(message)),
    );
    const ids = all.map(({ id }) => id);
    const until = performance.now() + BATCH_MS;
    const effects = async (tx: pg.PoolClient) => {
      const fresh = await markProcessed(tx, service, ids);
      let done = 0;
      const handled: Envelope[] = [];
      for (const run of this.#runsOf(all)) {
        if (done > 0 && performance.now() > until) break;
        // One that is among them twice has its effect once.
        const wanted = run.filter(({ id }) => fresh.delete(id));
        const work = () => inProcessSpan(wanted, () => this.#effect(wanted, tx, { attempt: 1, signal }));
        if (wanted.length > 0)
          await patiently(impatience, run.length === 1 ? () => orFailed(done, work) : work);
        done += run.length;
        handled.push(...wanted);
      }
      if (fresh.size > 0) await unmark(tx, service, [...fresh]);
      await this.#options.onHandled?.(tx, handled);
      return { done };
    };
    return await withTransaction(pool, effects, { signal });
  }

  /** In their order: those that follow each other and have one handler for several together, all others alone. */
  #runsOf(messages: readonly Envelope[]): Envelope[][] {
    const runs: Envelope[][] = [];
    for (const message of messages) {
      const last = runs.at(-1);
      const { type } = message;
      if (last && last[0]!.type === type && this.#options.batchHandlers.has(type)) last.push(message);
      else runs.push([message]);
    }
    return runs;
  }

  /** Of messages of one type. */
  async #effect(
    messages: readonly Envelope[],
    tx: pg.PoolClient,
    delivery: { attempt: number; signal: AbortSignal },
  ): Promise<void> {
    const { handlers, batchHandlers, sagas } = this.#options;
    const first = messages[0]!;
    const context = this.#contextOf(first, tx, delivery);
    await batchHandlers.get(first.type)?.(messages as never, context);
    for (const message of messages) {
      await handlers.get(message.type)?.(message as never, context);
      if (sagas?.startsOn.includes(message.type)) await sagas.startFrom(message, tx);
    }
  }

  #warn({ id, type, causationid }: Envelope, attempt: number, thrown: unknown): void {
    const facts = { err: errorOf(thrown), type, id, attempt, causationid };
    this.#options.host.log.warn(facts, 'a message could not be handled');
  }

  #contextOf(
    { id, correlationid }: Envelope,
    tx: pg.PoolClient,
    { attempt, signal }: { attempt: number; signal: AbortSignal },
  ): HandlerContext<C, S> {
    const { host, events } = this.#options;
    const cause = (options?: PublishOptions) => ({
      correlationId: correlationid,
      causationId: id,
      ...options,
    });
    return {
      tx,
      attempt,
      signal,
      publish: (type, data, options) => events.publish(tx, type, data, cause(options)),
      send: (type, data, options) => events.send(tx, type, data, cause(options)),
      events,
      log: host.log,
    };
  }
}

/** So long a batch goes on beginning with further messages, in milliseconds. */
const BATCH_MS = 400;
/** What one handler may take while others of its batch wait for it, in milliseconds. Alone it may take longer. */
const PATIENCE_MS = 500;

/** One of several, by itself; `cause` is what was thrown. */
class OneFailed extends Error {
  readonly index: number;
  constructor(index: number, cause: unknown) {
    super('one of them failed', { cause });
    this.index = index;
  }
}

/** What `run` throws, as the failure of this one. */
function orFailed<T>(index: number, run: () => T): T {
  try {
    const result = run();
    if (!(result instanceof Promise)) return result;
    return result.catch((thrown: unknown) => {
      throw new OneFailed(index, thrown);
    }) as T;
  } catch (thrown) {
    throw new OneFailed(index, thrown);
  }
}

/** Perhaps because of the others in its transaction: deadlocks, conflicts of serializable ones, one that was failed before. */
function isOfCompany(thrown: unknown): boolean {
  return /^(40...|25P02)$/.test(errorCode(thrown) ?? '');
}

async function patiently(impatience: AbortController, run: () => Promise<void>): Promise<void> {
  const timer = setTimeout(() => impatience.abort(new Error('too slow for a batch')), PATIENCE_MS);
  try {
    await run();
  } finally {
    clearTimeout(timer);
  }
}

/** In the trace of the first one's publisher. */
async function inProcessSpan<T>(messages: readonly Envelope[], run: () => Promise<T>): Promise<T> {
  return await inSpan(`process ${messages[0]!.type}`, spanOf(messages), async () => {
    try {
      return await run();
    } catch (thrown) {
      throw asThrown(thrown);
    }
  });
}

/** What a span and a log can read; whether trying again helps is said by what was thrown. */
function asThrown(thrown: unknown): Error {
  const error = errorOf(thrown);
  return error === thrown || !isPermanent(thrown) ? error : Object.assign(error, { permanent: true });
}

function spanOf(messages: readonly Envelope[]) {
  const { id, correlationid, cohort, traceparent, tracestate } = messages[0]!;
  return {
    kind: SpanKind.CONSUMER,
    parent: {
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(tracestate === undefined ? {} : { tracestate }),
      ...(cohort === undefined ? {} : { baggage: `cohort=${encodeURIComponent(cohort)}` }),
    },
    attributes: {
      'messaging.message.id': id,
      'messaging.message.conversation_id': correlationid,
      ...(messages.length > 1 ? { 'messaging.batch.message_count': messages.length } : {}),
    },
  };
}
