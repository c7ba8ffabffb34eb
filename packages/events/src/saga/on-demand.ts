import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from '@banyan/postgres';
import { SagaError } from './errors.ts';
import type { Sagas } from './sagas.ts';
import type { AnySaga } from './start.ts';

export type SagasOnDemandOptions<S extends AnySaga> = {
  pool: Db;
  service: string;
  sagas: readonly S[];
  run(): Promise<Sagas<S>>;
  onError(error: Error): void;
  /** How often to look whether another process has left some, in milliseconds. Default 5000. */
  lookMs?: number;
};

/**
 * Runs the sagas of a service once there is one to run: the first that is started here, or one that another process has left. To run
 * them costs a start of DBOS, with tables of its own, and connections: too much for a service that seldom has any.
 */
export class SagasOnDemand<S extends AnySaga> {
  /** The same as of `createSagas`; what is asked of them runs them. */
  readonly sagas: Sagas<S>;
  readonly #options: SagasOnDemandOptions<S>;
  readonly #closing = new AbortController();
  #running: Promise<Sagas<S>> | undefined;
  #watching: Promise<void> | undefined;

  constructor(options: SagasOnDemandOptions<S>) {
    const eventful = options.sagas.find(({ startOn }) => startOn !== undefined);
    if (eventful) {
      throw new SagaError(
        'SAGA_DEFINITION',
        `${eventful.name} starts on an event, in the transaction that handles it`,
        'leave sagasOnDemand out: what runs sagas cannot be made inside of a transaction',
      );
    }
    this.#options = options;
    const when = <K extends Asked>(name: K) =>
      (async (...given: never[]) => {
        const sagas = await this.#run();
        return await (sagas[name] as (...args: never[]) => unknown)(...given);
      }) as unknown as Sagas<S>[K];
    this.sagas = {
      start: (async (name: never, input: never, how: { tx?: unknown } = {}) => {
        if (how.tx !== undefined && this.#running === undefined) {
          throw new SagaError(
            'SAGA_DEFINITION',
            `${name} is to start in a transaction, and nothing runs sagas yet`,
            'start it outside of one, or leave sagasOnDemand out',
          );
        }
        return await (await this.#run()).start(name, input, how as never);
      }) as Sagas<S>['start'],
      startsOn: [],
      startFrom: async () => {},
      status: when('status'),
      list: when('list'),
      show: when('show'),
      retry: when('retry'),
      retryAll: when('retryAll'),
      resolve: when('resolve'),
      cancel: when('cancel'),
      signal: when('signal'),
      close: () => this.#close(),
    };
  }

  /** From here on it looks for what another process has left. */
  open(): void {
    this.#watching ??= this.#watch();
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
    await (await this.#running?.catch(() => undefined))?.close();
  }

  #run(): Promise<Sagas<S>> {
    this.#running ??= this.#options.run().catch((error: unknown) => {
      // Whoever asks next tries again.
      this.#running = undefined;
      throw error;
    });
    return this.#running;
  }

  async #watch(): Promise<void> {
    const { pool, service, onError, lookMs = 5_000 } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted && !this.#running) {
      try {
        if (await hasUnfinished(pool, service)) await this.#run();
      } catch (error) {
        if (!signal.aborted) onError(error as Error);
      }
      await delay(lookMs, undefined, { signal }).catch(() => {});
    }
  }
}

type Asked = 'status' | 'list' | 'show' | 'retry' | 'retryAll' | 'resolve' | 'cancel' | 'signal';

async function hasUnfinished(pool: Db, service: string): Promise<boolean> {
  const made = await pool.query<{ made: boolean }>(
    `SELECT to_regclass('banyan_sagas.workflow_status') IS NOT NULL AS made`,
  );
  if (!made.rows[0]!.made) return false;
  const { rowCount } = await pool.query(
    `SELECT FROM banyan_sagas.workflow_status
     WHERE application_name = $1 AND status IN ('PENDING', 'ENQUEUED', 'DELAYED') LIMIT 1`,
    [service],
  );
  return rowCount === 1;
}
