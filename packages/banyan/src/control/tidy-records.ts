import { prune, rollUp } from '@banyan/gateway';
import type pg from 'pg';
import type { Logger } from 'pino';
import { pruneRecords } from './store/prune.ts';

/** How often evidence is summed up and what is old is dropped, ms. */
const TIDY_MS = 60_000;

/** Sums evidence up and drops what is old, once a minute. A backlog (the controller was away) is worked off in turns, between which the loop decides. */
export class Tidying {
  readonly #pool: pg.Pool;
  readonly #log: Logger;
  #doneAt = 0;

  constructor(pool: pg.Pool, log: Logger) {
    this.#pool = pool;
    this.#log = log;
  }

  async tidy(now: number): Promise<void> {
    if (Math.abs(now - this.#doneAt) < TIDY_MS) return;
    const pool = this.#pool;
    try {
      const done = [await rollUp(pool, now), await prune(pool, new Date(now)), await pruneRecords(pool)];
      if (done.every(Boolean)) this.#doneAt = now;
    } catch (error) {
      this.#log.warn({ err: error }, 'old records could not be dropped');
    }
  }
}
