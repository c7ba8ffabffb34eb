import { defineContracts, event, eventing } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { defineService } from '@banyan/service';
import { Type } from 'typebox';
import { openDatabase } from './database.ts';

const PER_SECOND = 1_000;
const TICK_MS = 5;

/**
 * From a commit to the call of a handler in another service, at 1,000 events/s: outbox, WAL, relay, PostgreSQL bus, inbox.
 * Publisher and handler are services with databases of their own, in this one process, all of it on one server.
 */
export async function run({ seconds }: { seconds: number }) {
  const { url, createDatabase, stop } = await openDatabase(2);
  const [busUrl, handlerUrl] = [await createDatabase('bus'), await createDatabase('handler')];
  const committed = new Map<number, number>();
  const called = new Map<number, number>();
  const all = Promise.withResolvers<void>();
  const warmUp = PER_SECOND * 2;
  const total = warmUp + Math.round(PER_SECOND * Math.max(3, seconds));
  const publisher = await start('ratings', url, {});
  const handler = await start('reports', handlerUrl, {
    on: {
      Rated: async ({ data }, { tx }) => {
        called.set(data.n, performance.now());
        await tx.query('INSERT INTO effects VALUES ($1)', [data.n]);
        if (called.size === total) all.resolve();
      },
    },
  });
  try {
    const writes: Promise<void>[] = [];
    const began = performance.now();
    for (let n = 0; n < total; ) {
      const due = Math.min(total, Math.floor(((performance.now() - began) * PER_SECOND) / 1000));
      for (; n < due; n++) writes.push(publish(n));
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await Promise.all(writes);
    await all.promise;
  } finally {
    await publisher.close();
    await handler.close();
    await stop();
  }
  const latencies = [...called].filter(([n]) => n >= warmUp).map(([n, at]) => at - committed.get(n)!);
  latencies.sort((a, b) => a - b);
  const percentile = (p: number) => Math.round(latencies[Math.floor(latencies.length * p)]! * 10) / 10;
  return {
    results: [
      { name: 'commit-to-handler p50 ms', value: percentile(0.5), unit: 'ms' },
      { name: 'commit-to-handler p99 ms', value: percentile(0.99), unit: 'ms' },
    ],
    ratios: {},
  };

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
      POOL_SIZE: '12',
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
