import type { Queryable } from '@banyan/postgres';

/**
 * How far the order of events is settled: every position up to `settled` holds an event that any later statement sees, or
 * never will hold one. Only ever grows. One per process and store; readers share it.
 */
export class SettledPosition {
  settled = 0;
  readonly #db: Queryable;
  #open: Open | undefined;
  #asking: Promise<PositionFacts> | undefined;
  #next: Promise<PositionFacts> | undefined;

  constructor(db: Queryable) {
    this.#db = db;
  }

  /**
   * Asks the database, after it was called: an answer that is under way would not know of what was committed since, and the
   * one who was woken by that commit would wait for another. Those who come meanwhile share the next. `complete` if nothing was given out beyond `settled` when it
   * was asked: then only a new append can move it.
   */
  async advance(): Promise<{ settled: number; complete: boolean }> {
    const facts = await this.#fresh();
    return { settled: this.settled, complete: this.settled >= facts.last };
  }

  /** For one who knows, because it was told so by another one before: a projection's position. */
  learn(settled: number): void {
    if (settled > this.settled) this.settled = settled;
  }

  #fresh(): Promise<PositionFacts> {
    if (!this.#asking) {
      this.#asking = this.#ask().finally(() => {
        this.#asking = undefined;
      });
      return this.#asking;
    }
    const next = () => {
      this.#next = undefined;
      return this.#fresh();
    };
    this.#next ??= this.#asking.then(next, next);
    return this.#next;
  }

  async #ask(): Promise<PositionFacts> {
    const { rows } = await this.#db.query<{ last: string; holders: string[]; reached: string }>({
      name: 'banyan_events_horizon',
      text: 'SELECT last, holders, reached FROM banyan_events.horizon($1)',
      values: [this.settled],
    });
    const row = rows[0]!;
    const facts = { last: Number(row.last), holders: row.holders, reached: Number(row.reached) };
    const next = settle({ settled: this.settled, open: this.#open }, facts);
    this.settled = next.settled;
    this.#open = next.open;
    return facts;
  }
}

/** What `banyan_events.horizon` says. */
export type PositionFacts = { last: number; holders: readonly string[]; reached: number };

/** Positions up to `upTo` are settled once none of `holders` is there any more. */
type Open = { upTo: number; holders: readonly string[] };

export type SettledState = { settled: number; open: Open | undefined };

/**
 * What is settled, given what was and what the database says now. A hole is settled when every transaction that was
 * appending after the hole's position had been given out is over: its position then has an event, or was rolled back.
 */
export function settle({ settled, open }: SettledState, facts: PositionFacts): SettledState {
  const present = new Set(facts.holders);
  let reached = Math.max(settled, facts.reached);
  let waiting = open;
  if (waiting && !waiting.holders.some((holder) => present.has(holder))) {
    reached = Math.max(reached, waiting.upTo);
    waiting = undefined;
  }
  if (facts.holders.length === 0) return { settled: Math.max(reached, facts.last), open: undefined };
  if (waiting && waiting.upTo <= reached) waiting = undefined;
  if (!waiting && facts.last > reached) waiting = { upTo: facts.last, holders: facts.holders };
  return { settled: reached, open: waiting };
}
