import { defineContracts, event, eventing } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { defineService } from '@banyan/service';
import { Type } from 'typebox';
import { openDatabase } from './database.ts';
import { recycleWal } from './recycled-wal.ts';

const PER_SECOND = 1_000;
const TICK_MS = 5;
const WARM_UP = 3_000;

/**
 * From a commit to the call of a handler in another service, at 1,000 events/s: outbox, WAL, relay, PostgreSQL bus, inbox.
 * Publisher and handler are services with databases of their own, in this one process, all of it on one server.
 */
export async function run({ seconds }: { seconds: number }) {
  const { url, pool, createDatabase, stop } = await openDatabase(2);
  const [busUrl, handlerUrl] = [await createDatabase('bus'), await createDatabase('handler')];
  const committed = new Map<number, number>();
  const called = new Map<number, number>();
  let waiting: { count: number; done(): void } | undefined;
  const measured = Math.round(PER_SECOND * Math.max(3, seconds));
  const publisher = await start('ratings', url, {});
  const handler = await start('reports', handlerUrl, {
    on: {
      Rated: async ({ data }, { tx }) => {
        called.set(data.n, performance.now());
        await tx.query('INSERT INTO effects VALUES ($1)', [data.n]);
        if (called.size === waiting?.count) waiting.done();
      },
    },
  });
  try {
    // Connections, prepared statements and code get warm, and what queues up meanwhile is handled, before it counts.
    await flow(0, WARM_UP, PER_SECOND / 2);
    await recycleWal(pool);
    await flow(WARM_UP, measured, PER_SECOND);
  } finally {
    await publisher.close();
    await handler.close();
    await stop();
  }
  const latencies = [...called].filter(([n]) => n >= WARM_UP).map(([n, at]) => at - committed.get(n)!);
  latencies.sort((a, b) => a - b);
  const percentile = (p: number) => Math.round(latencies[Math.floor(latencies.length * p)]! * 10) / 10;
  return {
    results: [
      { name: 'commit-to-handler p50 ms', value: percentile(0.5), unit: 'ms' },
      { name: 'commit-to-handler p99 ms', value: percentile(0.99), unit: 'ms' },
    ],
    ratios: {},
  };

  /** Publishes at a fixed rate, whatever becomes of it, then waits until all is handled. */
  async function flow(first: number, count: number, perSecond: number): Promise<void> {
    const handled = new Promise<void>((resolve) => {
      waiting = { count: first + count, done: resolve };
    });
    const writes: Promise<void>[] = [];
    const began = performance.now();
    for (let n = 0; n < count; ) {
      const due = Math.min(count, Math.floor(((performance.now() - began) * perSecond) / 1000));
      for (; n < due; n++) writes.push(publish(first + n));
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await Promise.all(writes);
    await handled;
  }

  async function publish(n: number): Promise<void> {
    await withTransaction(publisher.pool, async (tx) => {
      await publisher.provided.events.publish(tx, 'Rated', { n, courseId: `course-${n % 1000}`, stars: 5 });
    });
    committed.set(n, performance.now());
  }

  async function start(
    name: string,
    databaseUrl: string,
    definition: Parameters<typeof eventing<Ratings>>[1],
  ) {
    const schema = new URL('latency.sql', import.meta.url);
    const service = defineService({
      name,
      schema,
      use: { events: eventing(contracts, definition) },
      routes: () => {},
    });
    return await service.start({
      DATABASE_URL: databaseUrl,
      BUS_URL: busUrl,
      LOG_LEVEL: 'warn',
      POOL_SIZE: '20',
    });
  }
}

type Ratings = typeof contracts;

const contracts = defineContracts({
  system: 'bench',
  events: {
    Rated: event({
      service: 'ratings',
      version: 1,
      key: 'courseId',
      data: Type.Object({ n: Type.Integer(), courseId: Type.String(), stars: Type.Integer() }),
    }),
  },
});
