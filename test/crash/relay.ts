import { setTimeout as delay } from 'node:timers/promises';
import { type Envelope, startRelay } from '@banyan/events/machinery';
import { dropSlot } from '@banyan/postgres';
import { seeded } from '../random.ts';
import { CrashPoint } from './events/crash-point.ts';
import { killAgainAndAgain } from './events/killed.ts';
import { aPublisher, compare, sizeOf } from './events/world.ts';
import { crashing } from './piece.ts';
import { within } from './within.ts';

/**
 * Relays that die at every one of their effects, before it or after it; in every fifth run because their process was killed
 * with -9. Every committed event has to get to the bus, in the order of its key, and none that was rolled back.
 * What comes again is left out, as the inbox does.
 */
export const crashRelay = crashing(
  async ({ runs, seed, database }) => injectCrashes(runs, seed, await database('relay_injected')),
  async ({ runs, seed, database }) => {
    const urls = {
      service: await database('relay_killed'),
      bus: await database('relay_bus'),
      handler: await database('relay_handler'),
    };
    return await killAgainAndAgain('relay', { runs, seed, urls });
  },
);

async function injectCrashes(runs: number, seed: number, databaseUrl: string) {
  const random = seeded(seed);
  const publisher = await aPublisher(databaseUrl);
  const onBus = new Map<string, number[]>();
  const publish = async (messages: readonly Envelope[]) => {
    for (const { data } of messages) {
      const { key, n } = data as { key: string; n: number };
      const had = onBus.get(key) ?? [];
      if (had.includes(n)) continue;
      onBus.set(key, [...had, n]);
    }
  };
  const start = (crash: CrashPoint) =>
    startRelay({
      databaseUrl,
      pool: crash.pool(publisher.pool),
      bus: crash.bus(publish),
      log: quiet,
      saveMs: 2,
      batch: 1 + Math.floor(random() * 4),
    });
  let crashes = 0;
  for (let run = 0; run < runs; run++) {
    const crash = new CrashPoint(1 + Math.floor(random() * 16), random() < 0.5);
    const relay = start(crash);
    const writing = (async () => {
      while (!crash.dead) {
        for (let n = 0; n < 4; n++) await publisher.write(random);
        await Promise.race([crash.died, delay(20)]);
      }
    })();
    await within(() => `the death of relay ${run}, which is ${relay.state()}`, writing);
    crashes++;
    await within(`the end of relay ${run}`, relay.close());
    if (random() < 0.1) await within('to drop the slot', loseSlot());
  }
  const relay = start(new CrashPoint(Number.POSITIVE_INFINITY, false));
  const deadline = performance.now() + 30_000;
  while (sizeOf(onBus) < sizeOf(publisher.committed) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await within('the end of the last relay', relay.close());
  await within('to drop the slot at the end', loseSlot());
  await within('the end of the pool', publisher.pool.end());
  return { crashes, problems: compare(publisher.committed, onBus) };

  async function loseSlot(): Promise<void> {
    const { rows } = await publisher.pool.query<{ slot: string }>('SELECT slot FROM banyan_events.relay');
    for (const { slot } of rows) await dropSlot(publisher.pool, slot, { force: true });
  }
}

const quiet = { info() {}, warn() {}, error() {} };
