/** One of the processes: `ours` or `peer`, which publishes or consumes. */
import { setTimeout as delay } from 'node:timers/promises';
import { eventing } from '@banyan/events';
import { createPool, withTransaction } from '@banyan/postgres';
import { defineService } from '@banyan/service';
import { PgBoss } from 'pg-boss';
import { contracts, dataOf, type Order, type Tells, type Told } from './contracts.ts';

const [side, role, databaseUrl, busUrl] = process.argv.slice(2) as [string, string, string, string];
const schema = new URL('../latency.sql', import.meta.url);
const BATCH = 128;
const tell = (message: Tells) => process.send!(message);
const EFFECT = 'INSERT INTO effects VALUES ($1)';
const EFFECTS = 'INSERT INTO effects SELECT unnest($1::int[])';
/** Effects so far, as far as this process knows. */
let effects = 0;
/** Of the next event. */
let next = 0;
let ended = false;

const publish = role === 'publisher' ? await (side === 'ours' ? ourPublisher() : peerPublisher()) : undefined;
const close = publish?.close ?? (await (side === 'ours' ? ourConsumer() : peerConsumer()));
process.on('message', async (told: Told) => {
  if ('effects' in told) effects = told.effects;
  else if ('order' in told) tell({ published: await follow(told.order) });
  else {
    ended = true;
    await close();
    process.disconnect();
  }
});
tell({ up: true });
if (role === 'consumer') {
  setInterval(() => process.connected && tell({ effects }), 10).unref();
}

type Publisher = {
  some(type: Order['type'], from: number, count: number): Promise<void>;
  close(): Promise<void>;
};

/** Publishes as it is told, never further ahead of the effects than the window. How many it published in all so far. */
async function follow({ type, perTransaction, writers, window, ms, rate }: Order): Promise<number> {
  const began = performance.now();
  const first = next;
  const write = async () => {
    while (performance.now() - began < ms) {
      const due = rate === undefined ? Infinity : ((performance.now() - began) * rate) / 1000;
      if (next - first >= due || next - effects >= window) {
        await delay(rate === undefined ? 2 : 1);
        continue;
      }
      const from = next;
      next += perTransaction;
      await publish!.some(type, from, perTransaction);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return next;
}

async function ourPublisher(): Promise<Publisher> {
  const service = await start('ratings', {});
  const { events } = service.provided;
  return {
    some: (type, from, count) =>
      withTransaction(service.pool, async (tx) => {
        for (let n = from; n < from + count; n++) await events.publish(tx, type, dataOf(n));
      }),
    close: service.close,
  };
}

async function ourConsumer(): Promise<() => Promise<void>> {
  const service = await start('reports', {
    on: {
      Rated: async ({ data }, { tx }) => {
        await tx.query({ name: 'effect', text: EFFECT, values: [data.n] });
        effects++;
      },
    },
    onBatch: {
      Listed: async (messages, { tx }) => {
        const numbers = messages.map(({ data }) => data.n);
        await tx.query({ name: 'effects', text: EFFECTS, values: [numbers] });
        effects += numbers.length;
      },
    },
    batch: BATCH,
  });
  return service.close;
}

async function start(name: string, definition: Parameters<typeof eventing<typeof contracts>>[1]) {
  const service = defineService({
    name,
    schema,
    use: { events: eventing(contracts, definition) },
    routes: () => {},
  });
  const env = { DATABASE_URL: databaseUrl, BUS_URL: busUrl, LOG_LEVEL: 'warn', POOL_SIZE: '16' };
  return await service.start(env);
}

async function peerPublisher(): Promise<Publisher> {
  const boss = await openBoss();
  return {
    some: (_type, from, count) =>
      boss
        .insert(
          'rated',
          Array.from({ length: count }, (_, n) => ({ data: dataOf(from + n) })),
        )
        .then(() => {}),
    close: () => boss.stop({ graceful: false }),
  };
}

/** Fetches, has one effect each in one transaction, completes: twice at the same time. */
async function peerConsumer(): Promise<() => Promise<void>> {
  const boss = await openBoss();
  const pool = createPool(databaseUrl, { max: 4 });
  await pool.query('CREATE TABLE IF NOT EXISTS effects (n int NOT NULL)');
  const work = async () => {
    let idle = 0;
    while (!ended) {
      const jobs = await boss.fetch<{ n: number }>('rated', { batchSize: BATCH });
      if (jobs.length === 0) {
        // Others are measured meanwhile: costs next to nothing then.
        await delay(idle++ < 100 ? 5 : 200);
        continue;
      }
      idle = 0;
      await withTransaction(pool, async (tx) => {
        for (const { data } of jobs) await tx.query({ name: 'effect', text: EFFECT, values: [data.n] });
      });
      await boss.complete(
        'rated',
        jobs.map(({ id }) => id),
      );
      effects += jobs.length;
    }
  };
  const working = Promise.all([work(), work()]);
  return async () => {
    await working;
    await boss.stop({ graceful: false });
    await pool.end();
  };
}

async function openBoss(): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: busUrl, schema: 'bare', schedule: false, supervise: false });
  await boss.start();
  await boss.createQueue('rated');
  return boss;
}
