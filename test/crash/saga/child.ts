/**
 * A process that runs sagas until it is killed: `node child.ts <own url> <remote url> <json: { id: journey }>`.
 * Every child starts all of them; started they are once.
 */
import { createSagas } from '@banyan/events/machinery';
import { inParallel } from './parallel.ts';
import { type Journey, journey, openWorld, type Reach } from './world.ts';

const [url, remoteUrl, journeys] = process.argv.slice(2) as [string, string, string];
const world = await openWorld(url, remoteUrl);

/** One character for each point, and some time, so that a kill finds sagas at all points. */
const tell: Reach = async () => {
  process.stdout.write('.');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
};

const sagas = await createSagas({
  service: 'crash',
  databaseUrl: url,
  pool: world.own,
  sagas: [journey(world, tell)],
  log: { debug() {}, warn() {}, error() {} },
  leaseMs: 400,
  pollMs: 20,
});
const all = Object.entries(JSON.parse(journeys) as Record<string, Journey>);
await inParallel(all.length, 12, async (number) => {
  const [id, journey] = all[number]!;
  const { ended } = await sagas.start('journey', journey, { id });
  await ended();
});
