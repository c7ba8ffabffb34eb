import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from '@banyan/postgres';
import type pg from 'pg';
import { EventStoreError } from '../store/errors.ts';
import { CHANNEL } from './builds.ts';

/**
 * Waits for positions of live projections, in whatever process they run: each batch tells its position by NOTIFY. Listens
 * only while somebody waits, on a connection of its own.
 */
export class PositionWatch {
  readonly #pool: Db;
  readonly #connect: () => Promise<pg.Client>;
  readonly #waiting = new Set<Waiting>();
  #listening: Promise<pg.Client> | undefined;
  #closed = false;

  constructor(pool: Db, connect: () => Promise<pg.Client>) {
    this.#pool = pool;
    this.#connect = connect;
  }

  /** Rejects with `PROJECTION_TIMEOUT`, or `PROJECTION_FAILED` if it has stopped before. */
  async waitFor(name: string, position: number, timeoutMs: number): Promise<void> {
    if (await this.#isThere(name, position)) return;
    const waiting: Waiting = { name, position, ring: () => {} };
    const deadline = performance.now() + timeoutMs;
    this.#waiting.add(waiting);
    try {
      for (;;) {
        const rung = new Promise<void>((resolve) => {
          waiting.ring = resolve;
        });
        await this.#listen();
        // Again, now that no notice can be missed.
        if (await this.#isThere(name, position)) return;
        const left = deadline - performance.now();
        if (left <= 0 || this.#closed)
          throw new EventStoreError('PROJECTION_TIMEOUT', { projection: name, position });
        const timer = new AbortController();
        await Promise.race([rung, delay(left, undefined, { signal: timer.signal }).catch(() => {})]);
        timer.abort();
      }
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#listening?.catch(() => undefined);
    await client?.end().catch(() => {});
    this.#ringAll();
  }

  async #isThere(name: string, position: number): Promise<boolean> {
    const { rows } = await this.#pool.query<{ there: boolean; error: string | null }>(
      `SELECT position >= $2 OR mode = 'inline' AS there, error FROM banyan_events.projections
       WHERE name = $1 AND state = 'live'`,
      [name, position],
    );
    const row = rows[0];
    if (row && !row.there && row.error !== null) {
      throw new EventStoreError('PROJECTION_FAILED', { projection: name, error: row.error });
    }
    return row?.there ?? false;
  }

  async #listen(): Promise<void> {
    this.#listening ??= this.#open();
    await this.#listening;
  }

  async #open(): Promise<pg.Client> {
    try {
      const client = await this.#connect();
      client.on('notification', ({ payload = '' }) => this.#hear(payload));
      client.on('end', () => this.#lost());
      await client.query(`LISTEN ${CHANNEL}`);
      return client;
    } catch (error) {
      this.#listening = undefined;
      throw error;
    }
  }

  #hear(payload: string): void {
    const [name, position] = payload.split(' ');
    for (const waiting of this.#waiting) {
      // Without a position: failed, or another build is live.
      if (waiting.name === name && (position === undefined || Number(position) >= waiting.position))
        waiting.ring();
    }
  }

  /** Those who wait listen anew and look. */
  #lost(): void {
    this.#listening = undefined;
    this.#ringAll();
  }

  #ringAll(): void {
    for (const { ring } of this.#waiting) ring();
  }
}

type Waiting = { name: string; position: number; ring: () => void };
