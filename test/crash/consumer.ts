import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Envelope, openPostgresBus } from '@banyan/events/machinery';
import { createPool } from '@banyan/postgres';
import { seeded } from '../random.ts';
import { CrashPoint } from './events/crash-point.ts';
import { killAgainAndAgain } from './events/killed.ts';
import {
  batchesIn,
  compare,
  effectsOfAll,
  GROUP,
  prepareEffects,
  startConsumer,
  TYPE,
} from './events/world.ts';
import { crashing } from './piece.ts';

/**
 * Consumers that die at every statement of a batch's transaction, before it or after it, with their connections to the bus;
 * in every fifth run because their process was killed with -9. Every message has to have its effect exactly once, in the
 * order of its key.
 */
export const crashConsumer = crashing(
  async ({ runs, seed, database }) => {
    const urls = { bus: await database('consumer_bus'), handler: await database('consumer_handler') };
    return await injectCrashes(runs, seed, urls);
  },
  async ({ runs, seed, database }) => {
    const urls = {
      service: await database('consumer_service'),
      bus: await database('consumer_bus_killed'),
      handler: await database('consumer_handler_killed'),
    };
    return await killAgainAndAgain('consumer', { runs, seed, urls });
  },
);

async function injectCrashes(runs: number, seed: number, urls: { bus: string; handler: string }) {
  const random = seeded(seed);
  const pool = createPool(urls.handler, { max: 10 });
  const operator = createPool(urls.bus, { max: 1, applicationName: 'crash' });
  await prepareEffects(pool);
  const sent = new Map<string, number[]>();
  let number = 0;
  const some = () =>
    Array.from({ length: 12 }, () => {
      const [key, n] = [`key-${Math.floor(random() * 6)}`, ++number];
      sent.set(key, [...(sent.get(key) ?? []), n]);
      return message(key, n);
    });
  let crashes = 0;
  for (let run = 0; run < runs; run++) {
    // A batch of all twelve has fifteen statements, the mark and the commit among them.
    const crash = new CrashPoint(1 + Math.floor(random() * 40), random() < 0.5);
    const bus = await openPostgresBus({ url: urls.bus });
    const consumer = await startConsumer(urls.bus, crash.pool(pool)).catch((error: unknown) => {
      if (!crash.dead) throw error;
    });
    while (!crash.dead) {
      await bus.publish(some()).catch(() => {});
      await Promise.race([crash.died, delay(50)]);
    }
    crashes++;
    await operator.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'banyan-bus'`,
    );
    await consumer?.close();
    await bus.close();
  }
  const consumer = await startConsumer(urls.bus, pool);
  const bus = await openPostgresBus({ url: urls.bus });
  const { effects, replayed } = await effectsOfAll(pool, bus, sent);
  const dead = await bus.dead.list({ group: GROUP });
  await bus.close();
  await consumer.close();
  const batches = await batchesIn(pool);
  await Promise.all([pool.end(), operator.end()]);
  const problems = compare(sent, effects, replayed);
  if (dead.length > 0) problems.push(`dead letters: ${dead[0]!.reason}`);
  if (batches === 0) problems.push('no transaction had the effects of several messages');
  return { crashes, replayed: replayed.size, problems };
}

function message(key: string, n: number): Envelope {
  const id = randomUUID();
  return {
    specversion: '1.0',
    id,
    source: '/crash/counter',
    type: TYPE,
    time: '2026-01-01T00:00:00.000Z',
    subject: key,
    datacontenttype: 'application/json',
    dataversion: 1,
    kind: 'event',
    correlationid: id,
    data: { key, n },
  };
}
