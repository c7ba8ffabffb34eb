import type { Lsn } from '@banyan/postgres';

/** Up to where what the source has committed can be read on the target, durable there or not, and who waits for it. */
export class VisiblePosition {
  #upTo: Lsn = 0n;
  readonly #waiting = new Set<{ lsn: Lsn; resolve: () => void }>();

  moveTo(lsn: Lsn): void {
    if (lsn > this.#upTo) this.#set(lsn);
  }

  /** A target that has crashed has lost what was not on its disk: it begins anew, and may go back. */
  restart(lsn: Lsn): void {
    this.#set(lsn);
  }

  /** Rejects with the signal's reason. */
  reaches(lsn: Lsn, signal: AbortSignal): Promise<void> {
    if (lsn <= this.#upTo) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiting = { lsn, resolve };
      this.#waiting.add(waiting);
      const giveUp = () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      };
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #set(lsn: Lsn): void {
    this.#upTo = lsn;
    for (const waiting of this.#waiting) {
      if (waiting.lsn > lsn) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }
}
