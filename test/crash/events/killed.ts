import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openPostgresBus, startRelay } from '@banyan/events/machinery';
import { createPool } from '@banyan/postgres';
import { seeded } from '../../random.ts';
import { aPublisher, compare, effectsOfAll, GROUP, prepareEffects, startConsumer } from './world.ts';

export type Urls = { service: string; bus: string; handler: string };

/** Kills the process that relays, or the one that consumes, again and again with -9 while events flow. */
export async function killAgainAndAgain(
  role: 'relay' | 'consumer',
  { runs, seed, urls }: { runs: number; seed: number; urls: Urls },
): Promise<{ kills: number; replayed: number; problems: string[] }> {
  const random = seeded(seed);
  const publisher = await aPublisher(urls.service);
  const handler = createPool(urls.handler, { max: 8 });
  await prepareEffects(handler);
  const bus = await openPostgresBus({ url: urls.bus });
  const relayHere = () =>
    startRelay({ databaseUrl: urls.service, pool: publisher.pool, bus, log: quiet, saveMs: 20 });
  // Subscribed before anything is published, whoever consumes.
  const here = await startConsumer(urls.bus, handler);
  if (role === 'consumer') await here.close();
  const survivor = role === 'consumer' ? relayHere() : undefined;
  let kills = 0;
  for (let run = 0; run < runs; run++) {
    const child = fork(new URL('child.ts', import.meta.url), [role, JSON.stringify(urls)], {
      stdio: 'inherit',
    });
    const up = once(child, 'message');
    if (random() < 0.9) await up;
    const writing = (async () => {
      for (let n = 0; n < 10; n++) await publisher.write(random);
    })();
    await delay(random() * 60);
    await kill(child);
    kills++;
    await writing;
  }
  const last = role === 'relay' ? relayHere() : undefined;
  const consumer = role === 'consumer' ? await startConsumer(urls.bus, handler) : here;
  const { effects, replayed } = await effectsOfAll(handler, bus, publisher.committed);
  const dead = await bus.dead.list({ group: GROUP });
  await (survivor ?? last)?.close();
  await consumer.close();
  await bus.close();
  await Promise.all([publisher.pool.end(), handler.end()]);
  const problems = compare(publisher.committed, effects, replayed);
  if (dead.length > 0) problems.push(`dead letters: ${dead[0]!.reason}`);
  return { kills, replayed: replayed.size, problems };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const quiet = { info() {}, warn() {}, error() {} };
