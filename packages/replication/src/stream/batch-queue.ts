import type { Lsn } from '@banyan/postgres';
import type { Item } from './transaction-assembler.ts';

/** How long positions alone may wait. */
export const POSITION_MS = 1_000;
/** Rows may be wide: what is held is bounded in bytes too. */
const BATCH_BYTES = 2 * 1024 * 1024;

/** How long a batch may wait to be whole while the last one was at least that part of a whole one. */
const GATHER_MS = 10;
const BUSY = 4;

/** What waits to be applied, in order. */
export class BatchQueue {
  readonly #limit: number;
  #items: Item[] = [];
  #rows = 0;
  #bytes = 0;
  #postponed: Item[] = [];
  /** Something that was taken is not done yet. */
  #inHand = false;
  /** The last batch was large. */
  #busy = false;
  #waiting: (() => void) | undefined;
  #filled: (() => void) | undefined;
  #roomMade: (() => void) | undefined;
  closed = false;
  readonly #closing = Promise.withResolvers<void>();
  /** Resolves when nothing is taken any more. */
  readonly closing = this.#closing.promise;
  /** Everything up to here has been read. Counts once all that was read is applied. */
  passedTo: Lsn = 0n;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get empty(): boolean {
    return this.#items.length === 0;
  }

  /** Nothing waits and nothing is being applied, but for positions alone. */
  get idle(): boolean {
    return this.empty && !this.#inHand;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#rows += item.transaction.rows + 1;
    this.#bytes += item.transaction.bytes;
    if (this.#holds(1)) this.#filled?.();
  }

  /** Resolves once a whole batch waits, or the queue is closed. */
  get full(): Promise<void> {
    if (this.closed || this.#holds(1)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#filled = resolve;
    });
  }

  /** A whole batch of whole transactions, if one waits. */
  takeFull(): Item[] | undefined {
    if (this.closed || !this.#holds(1) || this.#items[0]?.part) return undefined;
    return this.#takeBatch();
  }

  passed(lsn: Lsn): void {
    this.passedTo = lsn;
  }

  postpone(batch: Item[]): void {
    this.#postponed = batch.slice(-1);
  }

  wake(): void {
    if (this.#items.length > 0) this.#waiting?.();
  }

  /** Resolves when more may be read. */
  async room(): Promise<void> {
    while (!this.closed && this.#holds(2))
      await new Promise<void>((resolve) => {
        this.#roomMade = resolve;
      });
  }

  /** Whether so many whole batches wait. */
  #holds(batches: number): boolean {
    return this.#rows >= this.#limit * batches || this.#bytes >= BATCH_BYTES * batches;
  }

  /**
   * As many whole transactions as fit, or one part; what was taken before is done. A marker ends a batch. Undefined once
   * closed, empty if nothing has come in `waitMs`.
   */
  async take(waitMs?: number): Promise<Item[] | undefined> {
    this.#inHand = false;
    while (!this.closed && this.#items.length === 0) {
      const limitMs = waitMs ?? (this.#postponed.length > 0 ? POSITION_MS : undefined);
      const timer = limitMs === undefined ? undefined : setTimeout(() => this.#waiting?.(), limitMs);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
      clearTimeout(timer);
      if (this.#items.length === 0 && timer) break;
    }
    if (waitMs !== undefined && this.empty && !this.closed) return [];
    if (this.#busy && !this.#items[0]?.part) await this.#gather();
    if (this.closed) return undefined;
    return this.empty ? this.#takePostponed() : this.#takeBatch();
  }

  /** Under load, more is on its way: one large batch costs the target less than a few small ones. */
  async #gather(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GATHER_MS);
    await Promise.race([promise, this.full]);
    clearTimeout(timer);
  }

  #takeBatch(): Item[] {
    this.#inHand = true;
    const items = this.#items;
    let count = 0;
    let rows = 0;
    let bytes = 0;
    while (count < items.length && rows < this.#limit && bytes < BATCH_BYTES) {
      const { transaction, part } = items[count]!;
      if (part && count > 0) break;
      count++;
      rows += transaction.rows + 1;
      bytes += transaction.bytes;
      if (part || transaction.markers.length > 0) break;
    }
    this.#postponed = [];
    const batch = count === items.length ? items : items.slice(0, count);
    this.#items = count === items.length ? [] : items.slice(count);
    this.#rows -= rows;
    this.#bytes -= bytes;
    this.#roomMade?.();
    this.#busy = rows >= this.#limit / BUSY;
    return batch;
  }

  close(): void {
    this.closed = true;
    this.#closing.resolve();
    this.#waiting?.();
    this.#roomMade?.();
    this.#filled?.();
  }

  #takePostponed(): Item[] {
    const batch = this.#postponed;
    this.#postponed = [];
    this.#inHand = true;
    return batch;
  }
}
