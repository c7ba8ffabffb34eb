import { setTimeout as delay } from 'node:timers/promises';
import type { LinkedService } from '@banyan/plan';
import { withPool } from '@banyan/postgres';
import { tellShare, withholdShare } from '@banyan/replication';
import type pg from 'pg';
import type { Logger } from 'pino';

/** After how long a database that was away is tried again, ms. */
const RETRY_MS = 1_000;

/** What a service knows of its share by its own database. The last word told is the one that counts, so they are told one by one. */
export class ToldShare {
  readonly #service: LinkedService;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #stopping = new AbortController();
  #wanted: number | null = null;
  #telling: Promise<void> | null = null;

  constructor(service: LinkedService, log: Pick<Logger, 'warn'>) {
    this.#service = service;
    this.#log = log;
  }

  /** Begins to tell it; a database that is away is told when it is back. */
  tell(share: number): void {
    this.#wanted = share;
    this.#telling ??= this.#tellWanted().finally(() => {
      this.#telling = null;
    });
  }

  /**
   * For a step that takes keys from the service: resolves with what withholds the share, for the transaction of the step's marker. Rejects
   * when what was to be told before is not told in time.
   */
  async withholding(timeoutMs: number): Promise<(tx: pg.ClientBase) => Promise<void>> {
    const late = new AbortController();
    const tooLate = delay(timeoutMs, false, { signal: late.signal }).catch(() => false);
    const isTold = await Promise.race([(this.#telling ?? Promise.resolve()).then(() => true), tooLate]);
    late.abort();
    if (!isTold) throw new Error(`the database of ${this.#service.name} could not be told its share`);
    return (tx) => withholdShare(tx, this.#service.name);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#telling;
  }

  async #tellWanted(): Promise<void> {
    const { signal } = this.#stopping;
    const { name, database } = this.#service;
    let isWarned = false;
    while (this.#wanted !== null && !signal.aborted) {
      const share = this.#wanted;
      try {
        await withPool(database, { applicationName: 'banyan-share' }, (db) => tellShare(db, name, share));
        if (this.#wanted === share) this.#wanted = null;
      } catch (err) {
        if (!isWarned)
          this.#log.warn({ err, service: name }, 'a service cannot be told its share: tried again');
        isWarned = true;
        await delay(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }
}
