import { randomUUID } from 'node:crypto';
import type { Queryable } from '@banyan/postgres';
import type { Contracts } from '../contracts.ts';
import { EventsError } from '../errors.ts';
import { appendFirst, appendRows } from '../store/append.ts';
import { EventTypes } from '../store/event-types.ts';
import type { Fact, StreamOf } from './from-rows.ts';

export type AboutAppend = { actor?: string; correlationId: string; metadata: Record<string, unknown> };

/**
 * Keeps facts in the streams of the service's event store too, so that a command which comes after them is decided knowing them.
 * The stream of a row that no event has told of yet begins with what the row was before.
 */
export class FactStreams<C extends Contracts> {
  readonly #types: EventTypes;
  readonly #streamOf: StreamOf<C>;

  constructor(contracts: C, streamOf: StreamOf<C>) {
    this.#types = new EventTypes(contracts.events);
    this.#streamOf = streamOf;
  }

  /** `before`: what the row said that there was. In `tx`, which applies the change; whatever the stream's version is. */
  async append(
    tx: Queryable,
    { before, facts }: { before: readonly Fact<C>[]; facts: readonly Fact<C>[] },
    about: AboutAppend,
  ): Promise<void> {
    for (const [stream, own] of Map.groupBy(facts, this.#streamOf)) {
      if (stream === undefined) continue;
      const first = before.filter((fact) => this.#streamOf(fact) === stream);
      const { rowCount } = await tx.query({
        name: 'banyan_facts_stream',
        text: HAS_EVENTS,
        values: [stream],
      });
      const events = rowCount === 0 ? [...first, ...own] : own;
      const rows = events.map((fact) => this.#rowOf(fact));
      await appendRows(tx, stream, rows, { expectedVersion: 'any', ...about });
    }
  }

  /** Of streams that have no event yet, all with one statement. Resolves with how many facts were kept. */
  async begin(tx: Queryable, facts: readonly Fact<C>[], about: AboutAppend): Promise<number> {
    const streams = [...Map.groupBy(facts, this.#streamOf)].flatMap(([stream, own]) =>
      stream === undefined ? [] : [{ stream, rows: own.map((fact) => this.#rowOf(fact)) }],
    );
    return await appendFirst(tx, streams, about);
  }

  #rowOf({ type, data }: Fact<C>) {
    // The keys by which a service encrypts what is personal are not here.
    if (this.#types.personalOf(type).length > 0) throw new EventsError('FACT_PERSONAL', { type });
    const typeVersion = this.#types.versionOf(type);
    return {
      id: randomUUID(),
      type,
      typeVersion,
      subject: null,
      personal: null,
      data: data as Record<string, unknown>,
    };
  }
}

const HAS_EVENTS = 'SELECT FROM banyan_events.events WHERE stream = $1 LIMIT 1';
