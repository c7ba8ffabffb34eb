import { applySchemaFile, createPool, type Db, withTransaction } from '@banyan/postgres';
import { PgBoss } from 'pg-boss';
import type { Envelope } from '../../envelope.ts';
import { EventsError } from '../../errors.ts';
import { addressed } from '../addressed.ts';
import type { Bus, DeadLetters, Publisher, Subscriber, Subscription } from '../bus.ts';
import { Consumer } from './consumer.ts';
import { deadLetters } from './dead-letters.ts';
import { Listener } from './listener.ts';
import { PostgresPublisher } from './publisher.ts';
import { distribute, SCHEMA } from './queues.ts';
import { withSettings } from './settings.ts';

export type PostgresBusOptions = {
  /** The bus's database, the same for all services; its user may create schemas. */
  url: string;
  /** Told of lost connections and warnings. Default: nobody. */
  onError?(error: Error): void;
};

/**
 * A bus on PostgreSQL: a queue of pg-boss per group. A message whose type no group has subscribed to is dropped. Order: messages of one subject reach a group in the order in which one publisher
 * published them; a failed one holds back its successors until it succeeds or is dead.
 */
export async function openPostgresBus({ url, onError = () => {} }: PostgresBusOptions): Promise<Bus> {
  const pool = createPool(withSettings(url, PUBLISHING), { max: 4, applicationName: 'banyan-bus' });
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: SCHEMA,
    schedule: false,
  });
  boss.on('error', onError);
  try {
    await boss.start();
    await applySchemaFile(pool, { name: 'banyan_bus', file: new URL('schema.sql', import.meta.url) });
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => {});
    await pool.end();
    throw error;
  }
  return new PostgresBus({ url, boss, pool, onError });
}

class PostgresBus implements Bus {
  readonly adapter = 'postgres';
  readonly order = 'per-key';
  readonly dead: DeadLetters;
  readonly #url: string;
  readonly #boss: PgBoss;
  readonly #pool: Db;
  /** Of their own: transactions that wait for handlers must not keep the relay from publishing. */
  readonly #consumerPool: Db;
  readonly #consumers = new Set<Consumer>();
  readonly #listener: Listener;
  #closing: Promise<void> | undefined;

  constructor({ url, boss, pool, onError }: Required<PostgresBusOptions> & { boss: PgBoss; pool: Db }) {
    this.#url = url;
    this.#boss = boss;
    this.#pool = pool;
    this.#consumerPool = createPool(withSettings(url, CONSUMING), { max: 8, applicationName: 'banyan-bus' });
    this.#listener = new Listener({ url, onError, onWake: (queue) => this.#wake(queue) });
    this.dead = deadLetters(boss, pool);
  }

  async publish(messages: readonly Envelope[]): Promise<void> {
    if (this.#closing) throw new EventsError('BUS_CLOSED');
    if (messages.length === 0) return;
    await distribute(this.#pool, messages);
  }

  publisher(): Publisher {
    return new PostgresPublisher(this.#url);
  }

  async subscribe(subscription: Subscription): Promise<Subscriber> {
    if (this.#closing) throw new EventsError('BUS_CLOSED');
    const { group, types } = subscription;
    if (!/^[\w.-]{1,200}$/.test(group)) throw new EventsError('GROUP_NAME', { group });
    await this.#boss.createQueue(group, QUEUE);
    await this.#listener.hold(types.map((type) => lockOf(group, type)));
    await withTransaction(this.#pool, async (tx) => {
      await tx.query(
        `INSERT INTO banyan_bus.subscriptions (queue, type) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`,
        [group, types],
      );
      // What this version no longer handles, unless an older one, still running, does.
      await tx.query(
        `DELETE FROM banyan_bus.subscriptions WHERE queue = $1 AND type <> ALL($2)
         AND pg_try_advisory_xact_lock(hashtextextended('banyan_bus ' || queue || ' ' || type, 0))`,
        [group, types],
      );
    });
    const consumer = new Consumer(this.#consumerPool, addressed(subscription));
    this.#consumers.add(consumer);
    return {
      stop: async () => {
        await consumer.stop();
        this.#consumers.delete(consumer);
      },
    };
  }

  async ping(): Promise<void> {
    if (this.#closing) throw new EventsError('BUS_CLOSED');
    await this.#pool.query('SELECT 1');
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
    await this.#listener.close();
    await this.#boss.stop({ graceful: false });
    await Promise.all([this.#pool.end(), this.#consumerPool.end()]);
  }

  #wake(queue: string | undefined): void {
    for (const consumer of this.#consumers) {
      if (queue === undefined || consumer.queue === queue) consumer.wake();
    }
  }
}

const TEN_YEARS = 10 * 365 * 24 * 3600;

/** How often and how far apart a message is tried is the subscriber's to say, so here it is without limit. */
const QUEUE = {
  retryLimit: 1_000_000_000,
  retentionSeconds: TEN_YEARS,
  expireInSeconds: 24 * 3600 - 1,
};

function lockOf(group: string, type: string): string {
  return `banyan_bus ${group} ${type}`;
}

/** A relay that is frozen in the midst of publishing must not go on with it once another has taken over. */
const PUBLISHING = ['idle_in_transaction_session_timeout=5s'];

/**
 * A transaction here is idle while handlers work, as it should be. Jobs are always found by an index: by a plan from when the
 * table was small each fetch would read all of it, with what was deleted since the last VACUUM. Nor does a plan gain by knowing the values: made for
 * each fetch it took eight times as long as the fetch itself. A commit that a crash of the
 * server takes back makes messages come again, which the inbox is for, so none waits for the disk.
 */
const CONSUMING = [
  'idle_in_transaction_session_timeout=0',
  'synchronous_commit=off',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'plan_cache_mode=force_generic_plan',
  'jit=off',
];
