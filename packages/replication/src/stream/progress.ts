import type { Lsn } from '@banyan/postgres';
import type { BatchQueue } from './batch-queue.ts';
import { LagWindow } from './lag.ts';
import type { Item } from './transaction-assembler.ts';
import { VisiblePosition } from './visible-position.ts';

/** How far a link's stream has come, and what it has done since it runs. */
export class Progress {
  readonly lag = new LagWindow();
  readonly visible = new VisiblePosition();
  applied: Lsn = 0n;
  received: Lsn = 0n;
  rows = 0;
  transactions = 0;
  conflicts = 0;
  /** How many repairs were asked for. */
  repairs = 0;
  /** Messages that were not believed. */
  refused = 0;
  /** When the last heartbeat came, whichever link has sent it; a steady clock, ms. */
  heartbeatAt = 0;
  /** Commit time of the oldest transaction that waits, ms since 1970; undefined if none does. */
  waitingSince: number | undefined;
  /** End of the copy's window, while the stream still catches up with it. */
  #copiedUntil: Lsn | undefined;

  /** It goes on from `position`; what was copied is as of `windowEnd`, or earlier. */
  begin(position: Lsn, windowEnd: Lsn): void {
    if (position < windowEnd) this.#copiedUntil = windowEnd;
    this.applied = max(this.applied, position);
    this.visible.restart(position);
  }

  /** It has all that was written while rows were copied. */
  get hasCopied(): boolean {
    return this.#copiedUntil === undefined;
  }

  /** `idle`: the queue, if nothing waits, so that all that was read is applied. */
  passed(lsn: Lsn, idle: BatchQueue | undefined): void {
    this.applied = max(this.applied, lsn);
    this.visible.moveTo(this.applied);
    if (!idle) return;
    this.waitingSince = undefined;
    this.applied = max(this.applied, idle.passedTo);
    if (this.#copiedUntil === undefined || this.applied < this.#copiedUntil) return;
    this.#copiedUntil = undefined;
    this.lag.reset();
  }

  /** Queries of the target see them. */
  readable(items: readonly Item[]): void {
    const now = Date.now();
    for (const { transaction } of items) this.lag.add(now - Number(transaction.commitTime) / 1000);
  }

  /** They are on the target's disk. */
  count(items: readonly Item[]): void {
    for (const { transaction, part } of items) {
      this.transactions++;
      if (!part) this.rows += transaction.rows;
    }
  }
}

function max(a: Lsn, b: Lsn): Lsn {
  return a > b ? a : b;
}
