import { createPool, type Db } from '@banyan/postgres';
import type pg from 'pg';
import type { Envelope } from '../../envelope.ts';
import { EventsError } from '../../errors.ts';
import type { Publisher } from '../bus.ts';
import { distribute } from './queues.ts';
import { withSettings } from './settings.ts';

/**
 * Publishes on one session, whose commits do not wait for the disk: `settle` does, once for all of them. A crash of the server may take back
 * what is not settled, and ends each session; so while this one lives nothing is lost, and once it has ended with something unsettled
 * nothing more is published here: what comes later must not get ahead of what has to come again.
 */
export class PostgresPublisher implements Publisher {
  readonly #pool: Db;
  #session: pg.PoolClient | undefined;
  #broken: Error | undefined;
  /** How often was published, or may have been, and how often of it is known to be on the disk. */
  #published = 0;
  #settled = 0;

  constructor(url: string) {
    this.#pool = createPool(withSettings(url, SETTINGS), { max: 1, applicationName: 'banyan-bus-publish' });
  }

  async publish(messages: readonly Envelope[]): Promise<void> {
    if (messages.length === 0) return;
    const session = await this.#open();
    this.#published += 1;
    await distribute(session, messages);
  }

  async settle(): Promise<void> {
    if (this.#settled === this.#published) return;
    const session = await this.#open();
    // What is published from here on is for the next time.
    const published = this.#published;
    try {
      await session.query(SETTLE);
    } catch (cause) {
      throw this.#broken ? forgot(cause) : cause;
    }
    this.#settled = published;
  }

  async close(): Promise<void> {
    this.#session?.release(true);
    this.#session = undefined;
    await this.#pool.end();
  }

  async #open(): Promise<pg.PoolClient> {
    if (this.#session && !this.#broken) return this.#session;
    if (this.#settled < this.#published) throw forgot(this.#broken);
    this.#session?.release(true);
    this.#session = undefined;
    this.#broken = undefined;
    const session = await this.#pool.connect();
    const onEnd = (error?: Error) => {
      if (this.#session === session) this.#broken ??= error ?? new Error('the session has ended');
    };
    session.on('error', onEnd);
    session.on('end', onEnd);
    this.#session = session;
    return session;
  }
}

function forgot(cause: unknown): EventsError {
  return new EventsError('BUS_FORGOT', {}, cause as Error);
}

const SETTINGS = ['synchronous_commit=off'];

/** A transaction that writes nothing would not wait for the disk. What it writes nobody reads. */
const SETTLE = `BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_logical_emit_message(true, 'banyan_bus', ''); COMMIT`;
