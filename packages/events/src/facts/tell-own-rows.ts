import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@banyan/postgres';
import type { PartHost } from '@banyan/service';
import type { Contracts } from '../contracts.ts';
import { textOf } from '../failure.ts';
import { backfill } from './backfill.ts';
import type { FromRows } from './from-rows.ts';
import { noteFailure, wantedBackfills } from './wanted.ts';

export type TellOptions<C extends Contracts> = {
  databaseUrl: string;
  contracts: C;
  service: string;
  ownRows: FromRows<C>;
  log: PartHost<unknown>['log'];
  /** Facts are in the outbox. */
  onWrite(): void;
};

/** Tells consumers that have asked which rows this service has of tables that no monolith ever wrote: they are always there to be told. */
export class OwnRowsTeller<C extends Contracts> {
  readonly #options: TellOptions<C>;
  readonly #closing = new AbortController();
  #telling: Promise<void> | undefined;

  constructor(options: TellOptions<C>) {
    this.#options = options;
  }

  open(): void {
    this.#telling ??= this.#tell();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#telling;
  }

  /** Processes of one service that do this side by side wait for each other at each chunk. */
  async #tell(): Promise<void> {
    const { databaseUrl, log } = this.#options;
    const { signal } = this.#closing;
    // Keys are kept as text, which the sessions of the service may write in other ways.
    const pool = createPool(databaseUrl, { max: 1, applicationName: 'banyan-own-rows', exact: true });
    try {
      while (!signal.aborted) {
        await this.#tellWanted(pool).catch((err: unknown) => {
          if (!signal.aborted) log.warn({ err }, 'could not look who has asked for the rows of this service');
        });
        await delay(LOOK_MS, undefined, { signal }).catch(() => {});
      }
    } finally {
      await pool.end();
    }
  }

  async #tellWanted(pool: ReturnType<typeof createPool>): Promise<void> {
    const { contracts, service, ownRows: fromRows, log, onWrite } = this.#options;
    const { signal } = this.#closing;
    for (const { name, consumer } of await wantedBackfills(pool, fromRows)) {
      if (signal.aborted) return;
      try {
        const about = { pool, contracts, service, fromRows, name, consumer, signal, onProgress: onWrite };
        const { complete } = await backfill(about);
        if (complete) await noteFailure(pool, name, null);
      } catch (error) {
        // It is tried at each look, and told once.
        if (await noteFailure(pool, name, textOf(error)))
          log.error({ err: error, consumer }, 'a consumer could not be told which rows there are');
      }
    }
  }
}

const LOOK_MS = 5_000;
