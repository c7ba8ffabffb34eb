import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, openWalStream, type WalStream } from '@banyan/postgres';
import type pg from 'pg';

/** Says that something may have been appended. Never misses a commit while `live`. */
export interface CommitNotifier {
  /** While false, commits may pass unnoticed: ask now and then. */
  readonly live: boolean;
  /** Grows with each sign. Take it, look, then wait for more. */
  readonly count: number;
  /** Resolves when `count` is not `seen`, `live` changes, `signal` aborts, or after `timeoutMs`. */
  changed(seen: number, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Wakes by the WAL: a temporary slot on the events table's positions, so each commit that appends is a sign, whoever made it,
 * and nothing is retained while nobody reads. Takes no lock that writers share, as NOTIFY does at each commit.
 */
export function walNotifier({ pool, url, onError }: WalNotifierOptions): CommitNotifier {
  return new WalNotifier(pool, url, onError ?? (() => {}));
}

type WalNotifierOptions = { pool: pg.Pool; url: string; onError?: (error: Error) => void };

/** Never live: readers ask at intervals. For a database where we may not replicate. */
export function noNotifier(): CommitNotifier {
  return new Signal();
}

class Signal implements CommitNotifier {
  live = false;
  count = 0;
  #waiting = new Set<() => void>();

  notify(): void {
    this.count++;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const notifier of waiting) notifier();
  }

  async changed(seen: number, { timeoutMs, signal }: { timeoutMs?: number; signal?: AbortSignal } = {}) {
    if (this.count !== seen || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(done, timeoutMs);
      signal?.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }

  async close(): Promise<void> {
    this.notify();
  }
}

const PUBLICATION = 'banyan_events_wake';
const RETRY_MS = 1_000;

class WalNotifier extends Signal {
  readonly #pool: pg.Pool;
  readonly #url: string;
  readonly #onError: (error: Error) => void;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #stream: WalStream | undefined;

  constructor(pool: pg.Pool, url: string, onError: (error: Error) => void) {
    super();
    this.#pool = pool;
    this.#url = url;
    this.#onError = onError;
    this.#running = this.#run();
  }

  override async close(): Promise<void> {
    this.#abort.abort();
    await this.#stream?.close();
    await this.#running;
    await super.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#listen();
      } catch (error) {
        if (!signal.aborted) this.#onError(error as Error);
      }
      this.#setLive(false);
      if (!signal.aborted) await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #listen(): Promise<void> {
    await this.#ensurePublication();
    if (this.#abort.signal.aborted) return;
    // A new name each time: the slot of a broken connection lives until the server notices.
    const slot = `banyan_wake_${randomUUID().replaceAll('-', '')}`;
    this.#stream = openWalStream({
      url: this.#url,
      slot,
      publications: [PUBLICATION],
      temporary: true,
      onEvent: (event) => {
        if (event.kind === 'retrying') this.#setLive(false);
      },
    });
    for await (const messages of this.#stream) {
      for (const message of messages) {
        // What was committed before the start is found by looking, to which this is the sign.
        if (message.kind === 'start') this.#setLive(true);
        if (message.kind === 'commit') this.#stream.ack(message.endLsn);
        else if (message.kind === 'keepalive') this.#stream.ack(message.lsn);
      }
      if (messages.some(({ kind }) => kind === 'insert' || kind === 'commit')) this.notify();
    }
  }

  #setLive(live: boolean): void {
    if (this.live === live) return;
    this.live = live;
    this.notify();
  }

  async #ensurePublication(): Promise<void> {
    const { rowCount } = await this.#pool.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [
      PUBLICATION,
    ]);
    if (rowCount !== 0) return;
    try {
      await this.#pool.query(
        `CREATE PUBLICATION ${PUBLICATION} FOR TABLE banyan_events.events (position) WITH (publish = 'insert')`,
      );
    } catch (error) {
      // Another process was first: depending on who sees what, either of the two.
      if (errorCode(error) !== DUPLICATE_OBJECT && errorCode(error) !== UNIQUE_VIOLATION) throw error;
    }
  }
}

const DUPLICATE_OBJECT = '42710';
const UNIQUE_VIOLATION = '23505';
