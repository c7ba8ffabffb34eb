import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pick, seeded } from '../../random.ts';
import { watchEndings } from './endings.ts';
import { FAILURES, type Journey, judge, openWorld, STEPS } from './world.ts';

/**
 * Two processes run the same sagas; one of them after the other is killed with -9, at moments by seed, and replaced,
 * until all sagas have ended: what the dead one ran is taken over by the living one.
 */
export async function killProcesses(options: {
  runs: number;
  seed: number;
  urls: readonly [string, string];
}): Promise<{ kills: number; problems: string[] }> {
  const random = seeded(options.seed);
  const world = await openWorld(...options.urls);
  const journeys = Object.fromEntries(
    Array.from({ length: options.runs }, (_, number): [string, Journey] => [
      `killed-${options.seed}-${number}`,
      { failAt: random() < 0.6 ? pick(random, STEPS).name : null, how: pick(random, FAILURES) },
    ]),
  );
  const args = [
    fileURLToPath(new URL('child.ts', import.meta.url)),
    ...options.urls,
    JSON.stringify(journeys),
  ];
  let over = false;
  let kills = 0;
  let endings: ReturnType<typeof watchEndings> | undefined;

  /** Keeps one process going until all is over. */
  const worker = async () => {
    while (!over) {
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      // By what it has come by, not by time: on a slow machine it would else be killed before it has come anywhere.
      await Promise.race([allEnded, exited, cameBy(child, 5 + Math.floor(random() * 40))]);
      child.kill('SIGKILL');
      await exited;
      if (!over) kills++;
    }
  };
  const { promise: allEnded, resolve: finish } = Promise.withResolvers<void>();
  try {
    const workers = [worker(), worker()];
    const states = await statesOf(Object.keys(journeys));
    over = true;
    finish();
    await Promise.all(workers);
    const problems: string[] = [];
    for (const [id, journey] of Object.entries(journeys)) {
      problems.push(...(await judge(world, id, journey, states.get(id)!)));
    }
    return { kills, problems };
  } finally {
    over = true;
    finish();
    endings?.stop();
    await world.close();
  }

  async function statesOf(ids: string[]): Promise<Map<string, string>> {
    await tablesOf(world.own);
    endings = watchEndings(world.own);
    const ends = endings;
    return new Map(
      await Promise.all(ids.map(async (id): Promise<[string, string]> => [id, await ends.of(id)])),
    );
  }
}

/** Resolves when the child has told that it came by so many points. */
function cameBy(child: ChildProcess, points: number): Promise<void> {
  return new Promise((resolve) => {
    let told = 0;
    child.stdout!.on('data', (chunk: Buffer) => {
      told += chunk.length;
      if (told >= points) resolve();
    });
  });
}

/** Resolves when the first child has made DBOS's tables. */
async function tablesOf(pool: Awaited<ReturnType<typeof openWorld>>['own']): Promise<void> {
  for (;;) {
    const { rows } = await pool.query("SELECT to_regclass('banyan_sagas.workflow_output') AS made");
    if (rows[0].made) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
