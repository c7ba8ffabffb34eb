import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createProjector } from '@banyan/events/machinery';
import { seeded } from '../../random.ts';
import { judge, keeper, openWorld } from './world.ts';

const AT_ONCE = 10;
const KILLS = 3;

/** A process that runs projections is killed with -9 at moments by seed while events are appended, and replaced. */
export async function killProcesses(options: {
  runs: number;
  seed: number;
  database: (name: string) => Promise<string>;
}): Promise<{ kills: number; problems: string[] }> {
  const random = seeded(options.seed);
  const problems: string[] = [];
  let kills = 0;
  for (let done = 0; done < options.runs; done += AT_ONCE) {
    const url = await options.database(`killed_${done}`);
    const world = await openWorld(url);
    const names = Array.from(
      { length: Math.min(AT_ONCE, options.runs - done) },
      (_, n) => `kill_${done + n}`,
    );
    let over = false;
    const appending = (async () => {
      while (!over) {
        await world.append();
        await delay(1);
      }
    })();
    for (let kill = 0; kill < KILLS; kill++) {
      const child = spawn(process.execPath, [CHILD, url, ...names], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      await Promise.race([once(child.stdout, 'data'), exited]);
      await delay(random() * 120);
      child.kill('SIGKILL');
      await exited;
      kills++;
    }
    over = true;
    await appending;
    const last = await world.append();
    const projector = createProjector({ ...world, projections: names.map(keeper) });
    try {
      await projector.start();
      await Promise.all(names.map((name) => projector.waitFor(name, last, { timeoutMs: 60_000 })));
      for (const name of names) problems.push(...(await judge(world, name)));
    } finally {
      await projector.stop();
      await world.close();
    }
  }
  return { kills, problems };
}

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
