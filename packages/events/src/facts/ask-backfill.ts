import { setTimeout as delay } from 'node:timers/promises';
import { type Db, type Queryable, withTransaction } from '@banyan/postgres';
import type { PartHost } from '@banyan/service';
import type { createPublisher } from '../outbox/publish.ts';
import { type Answered, ASKED, type backfillContracts } from './backfill-messages.ts';

type Publisher = ReturnType<typeof createPublisher<ReturnType<typeof backfillContracts>>>;

export type AskOptions = {
  pool: Db;
  service: string;
  owners: readonly string[];
  log: PartHost<unknown>['log'];
  sendTo: Publisher['sendTo'];
};

/**
 * Asks other services for the rows that they have, until each has answered: one that has never started is not subscribed, and what it
 * is asked is lost. What has been answered once is never asked again.
 */
export class BackfillAsker {
  readonly #options: AskOptions;
  readonly #closing = new AbortController();
  #asking: Promise<void> | undefined;

  constructor(options: AskOptions) {
    this.#options = options;
  }

  /** From here on an answer reaches this service. */
  open(): void {
    this.#asking ??= this.#ask();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#asking;
  }

  /** In the transaction that marks the answer as processed. */
  async answered(tx: Queryable, { owner, refusal }: Answered): Promise<void> {
    const { rowCount } = await tx.query(
      `UPDATE banyan_events.backfills_asked SET answered_at = now(), refusal = $2
       WHERE owner = $1 AND answered_at IS NULL`,
      [owner, refusal ?? null],
    );
    if (rowCount !== 0 && refusal !== undefined)
      this.#options.log.error(
        { owner, refusal },
        'asked for its rows, the service refused: this is not asked again before the next start',
      );
  }

  async #ask(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#closing;
    for (let times = 0; !signal.aborted; times++) {
      try {
        const open = await this.#askOnce({ refusedToo: times === 0 });
        if (open.length === 0) return;
        if (times >= PATIENT_TIMES)
          log.warn(
            { owners: open },
            'asked for their rows, they have not answered: do they run, and state fromRows or ownRows?',
          );
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, 'could not ask other services for their rows');
      }
      await delay(Math.min(FIRST_MS * 2 ** times, LONGEST_MS), undefined, { signal }).catch(() => {});
    }
  }

  /** Resolves with those that had not answered. */
  async #askOnce({ refusedToo }: { refusedToo: boolean }): Promise<string[]> {
    const { pool, owners, service, sendTo } = this.#options;
    return await withTransaction(pool, async (tx) => {
      await tx.query(
        `INSERT INTO banyan_events.backfills_asked AS a (owner) SELECT unnest($1::text[])
         ON CONFLICT (owner) DO UPDATE SET answered_at = NULL, refusal = NULL WHERE $2 AND a.refusal IS NOT NULL`,
        [owners, refusedToo],
      );
      const { rows } = await tx.query<{ owner: string }>(
        'SELECT owner FROM banyan_events.backfills_asked WHERE owner = ANY($1) AND answered_at IS NULL ORDER BY owner',
        [owners],
      );
      for (const { owner } of rows)
        await sendTo(tx, owner, ASKED, { owner, consumer: service, counts: true });
      return rows.map(({ owner }) => owner);
    });
  }
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** After some fifteen seconds it is worth telling. */
const PATIENT_TIMES = 4;
