import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openPostgresBus, startRelay } from '@banyan/events/machinery';
import { createPool } from '@banyan/postgres';
import { seeded } from '../../random.ts';
import { within } from '../within.ts';
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
    const ended = once(child, 'exit');
    if (random() < 0.9) await within(`${role} ${run} to be up`, upOrEnded(once(child, 'message'), ended));
    const writing = (async () => {
      for (let n = 0; n < 10; n++) await publisher.write(random);
    })();
    await delay(random() * 60);
    child.kill('SIGKILL');
    const [code, signal] = await within(`the end of ${role} ${run}`, ended);
    if (signal !== 'SIGKILL') throw new Error(`A ${role} ended by itself, with ${code ?? signal}`);
    kills++;
    await within('the writes', writing);
  }
  const last = role === 'relay' ? relayHere() : undefined;
  const consumer = role === 'consumer' ? await startConsumer(urls.bus, handler) : here;
  const { effects, replayed } = await effectsOfAll(handler, bus, publisher.committed);
  const dead = await bus.dead.list({ group: GROUP });
  await within('the end of the relay', (survivor ?? last)!.close());
  await within('the end of the consumer', consumer.close());
  await within('the end of the bus', bus.close());
  await within('the end of the pools', Promise.all([publisher.pool.end(), handler.end()]));
  const problems = compare(publisher.committed, effects, replayed);
  if (dead.length > 0) problems.push(`dead letters: ${dead[0]!.reason}`);
  return { kills, replayed: replayed.size, problems };
}

/** Fails at once if the process ends before it says that it is up. */
async function upOrEnded(up: Promise<unknown>, ended: Promise<unknown[]>): Promise<void> {
  await Promise.race([
    up,
    ended.then(([code, signal]) => {
      throw new Error(`A process ended before it was up, with ${code ?? signal}`);
    }),
  ]);
}

const quiet = { info() {}, warn() {}, error() {} };
