import { randomUUID } from 'node:crypto';
import { applyOutboxSchema, type Envelope, openPostgresBus, startRelay } from '@banyan/events/machinery';
import { PgBoss } from 'pg-boss';
import { median } from '../median.ts';
import { openDatabase } from './database.ts';

const ROUNDS = 3;
const BATCH = 1_000;

/**
 * Events per second from the WAL of one database to a queue of the PostgreSQL bus in another, both on one server: a backlog
 * of transactions of one event each, until the bus has all of it. The floor in the same run: pg-boss's own batched insert of
 * the same messages from memory. Median of interleaved rounds.
 */
export async function run({ seconds }: { seconds: number }) {
  const { url, pool, createDatabase, stop } = await openDatabase(4);
  const busUrl = await createDatabase('bus');
  const bus = await openPostgresBus({ url: busUrl });
  const boss = new PgBoss({ connectionString: busUrl, schema: 'bare', schedule: false, supervise: false });
  const events = Math.round(Math.min(400_000, Math.max(30_000, seconds * 5_000)) / BATCH) * BATCH;
  const rates = { relay: [] as number[], bare: [] as number[] };
  try {
    await applyOutboxSchema(pool);
    await pool.query(WRITER);
    const subscriber = await bus.subscribe({ group: 'bench', types: ['Rated'], handle: async () => {} });
    await subscriber.stop();
    await boss.start();
    await boss.createQueue('bench');
    await drain(0);
    for (let round = 0; round < ROUNDS; round++) {
      await pool.query('CALL write_events($1)', [events]);
      rates.relay.push(await drain(events));
      rates.bare.push(await bare(boss, events));
      await bus.dead.drop({ group: 'bench' });
    }
  } finally {
    await boss.stop({ graceful: false });
    await bus.close();
    await stop();
  }
  const [relay, floor] = [median(rates.relay), median(rates.bare)];
  return {
    results: [
      { name: 'relay events/s', value: Math.round(relay), unit: 'events/s' },
      { name: 'bare pg-boss insert', value: Math.round(floor), unit: 'jobs/s' },
    ],
    ratios: { 'relay/pg-boss': Math.round((relay / floor) * 100) / 100 },
  };

  /** Runs a relay until it has published so many; the rate from its first batch. */
  async function drain(count: number): Promise<number> {
    let published = 0;
    let began = 0;
    const all = Promise.withResolvers<void>();
    const counting = {
      publish: async (messages: readonly Envelope[]) => {
        began ||= performance.now();
        await bus.publish(messages);
        published += messages.length;
        if (published >= count) all.resolve();
      },
    };
    const relay = startRelay({ databaseUrl: url, pool, bus: counting, log: quiet });
    if (count > 0) await all.promise;
    else while (relay.state() !== 'relaying') await new Promise((resolve) => setTimeout(resolve, 10));
    const rate = (count * 1000) / (performance.now() - began);
    await relay.close();
    return rate;
  }
}

async function bare(boss: PgBoss, count: number): Promise<number> {
  const batches = Array.from({ length: count / BATCH }, (_, batch) =>
    Array.from({ length: BATCH }, (_, n) => ({ data: message(batch * BATCH + n) })),
  );
  const began = performance.now();
  for (const batch of batches) await boss.insert('bench', batch);
  return (count * 1000) / (performance.now() - began);
}

const quiet = { info() {}, warn: console.error, error: console.error };

function message(n: number) {
  const id = randomUUID();
  return {
    specversion: '1.0',
    id,
    source: '/bench/ratings',
    type: 'Rated',
    time: '2026-01-01T00:00:00.000Z',
    subject: `course-${n % 1000}`,
    datacontenttype: 'application/json',
    dataversion: 1,
    kind: 'event',
    correlationid: id,
    data: { courseId: `course-${n % 1000}`, userId: 'user-1234567', stars: 5, comment: 'well explained' },
  };
}

/** The same messages, each in a transaction of its own, written in the server itself. */
const WRITER = `
  CREATE PROCEDURE write_events(events int) LANGUAGE plpgsql AS $$
  DECLARE id text;
  BEGIN
    SET synchronous_commit = off;
    FOR n IN 1 .. events LOOP
      id := gen_random_uuid();
      INSERT INTO banyan_events.outbox (message) VALUES (jsonb_build_object(
        'specversion', '1.0', 'id', id, 'source', '/bench/ratings', 'type', 'Rated', 'time', '2026-01-01T00:00:00.000Z',
        'subject', 'course-' || n % 1000, 'datacontenttype', 'application/json', 'dataversion', 1, 'kind', 'event',
        'correlationid', id, 'data', jsonb_build_object('courseId', 'course-' || n % 1000, 'userId', 'user-1234567',
        'stars', 5, 'comment', 'well explained')));
      COMMIT;
    END LOOP;
  END $$`;
