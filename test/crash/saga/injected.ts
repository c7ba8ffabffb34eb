import { createSagas } from '@banyan/events/machinery';
import { pick, seeded } from '../../random.ts';
import { watchEndings } from './endings.ts';
import { inParallel } from './parallel.ts';
import {
  current,
  FAILURES,
  type Journey,
  journey,
  judge,
  openWorld,
  pointsOf,
  type Reach,
  STEPS,
} from './world.ts';

/**
 * Kills the run of a saga, not its process, at one to three points of its way, by seed. A killed run never goes on, or,
 * the nastier kind, goes on when its successor has ended the saga. The saga is then taken over like one of a dead process.
 */
export async function injectCrashes(options: {
  runs: number;
  seed: number;
  urls: readonly [string, string];
}): Promise<{ crashes: number; problems: string[] }> {
  const random = seeded(options.seed);
  const world = await openWorld(...options.urls);
  const faults = new Map<string, Set<string>>();
  const over = new Map<string, { promise: Promise<void>; resolve: () => void }>();
  const zombies: Promise<unknown>[] = [];
  let crashes = 0;

  const reach: Reach = async (id, point, tx) => {
    if (!faults.get(id)?.delete(point)) return;
    crashes++;
    const dies = tx !== undefined || random() < 0.5;
    if (tx) {
      const { rows } = await tx.query('SELECT pg_backend_pid() AS pid');
      await world.own.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    }
    await world.own.query(
      "UPDATE banyan_sagas.workflow_status SET executor_id = 'dead' WHERE workflow_uuid = $1",
      [id],
    );
    if (dies) await new Promise(() => {});
    zombies.push(current.getStore()!.settled);
    await over.get(id)!.promise;
  };

  const log = { debug() {}, warn() {}, error() {} };
  const sagas = await createSagas({
    service: 'crash',
    databaseUrl: world.url,
    pool: world.own,
    sagas: [journey(world, reach)],
    log,
    leaseMs: 150,
    pollMs: 10,
    graceMs: 100,
  });
  const endings = watchEndings(world.own);
  const problems: string[] = [];
  try {
    const one = async (number: number) => {
      const id = `injected-${options.seed}-${number}`;
      const failAt = random() < 0.6 ? pick(random, STEPS).name : null;
      const journey: Journey = { failAt, how: pick(random, FAILURES) };
      const points = pointsOf(journey);
      faults.set(
        id,
        new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, points))),
      );
      over.set(id, Promise.withResolvers<void>());
      await sagas.start('journey', journey, { id });
      // Not by the handle of this start, which follows the run that was killed.
      const state = await endings.of(id);
      over.get(id)!.resolve();
      return { id, journey, state };
    };
    const results = await inParallel(options.runs, 40, one);
    await Promise.all(zombies); // what they do late must not count either
    for (const { id, journey, state } of results) problems.push(...(await judge(world, id, journey, state)));
    return { crashes, problems };
  } finally {
    endings.stop();
    await sagas.close();
    // Connections of transactions that were killed inside are never given back.
    void world.own.end();
    await world.remote.end();
  }
}
