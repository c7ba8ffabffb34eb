import { createProjector, type ProjectorOptions } from '@banyan/events/machinery';
import pg from 'pg';
import { pick, seeded } from '../../random.ts';
import { judge, keeper, openWorld } from './world.ts';

/** Projections that run side by side on one database. */
const AT_ONCE = 20;
/** Statements of a connection from its first to the switch of the views and beyond. */
const STEPS = 60;

/**
 * The connection of a running projection breaks at a step by seed: before the statement is sent, or when the server has run it
 * and the answer is lost, COMMIT among them. Half of the projections are built anew while this goes on.
 */
export async function injectCrashes(options: {
  runs: number;
  seed: number;
  database: (name: string) => Promise<string>;
}): Promise<{ crashes: number; problems: string[] }> {
  const random = seeded(options.seed);
  let crashes = 0;
  const problems: string[] = [];
  for (let done = 0; done < options.runs; done += AT_ONCE) {
    const world = await openWorld(await options.database(`injected_${done}`));
    const names = Array.from({ length: Math.min(AT_ONCE, options.runs - done) }, (_, n) => `run_${done + n}`);
    let faulty = true;
    const connect: ProjectorOptions['connect'] = async () => {
      const client = new pg.Client(world.pool.options);
      client.on('error', () => {});
      await client.connect();
      // Not more often: each break in a row doubles the wait before the next connection.
      if (faulty && random() < 0.5) {
        const step = Math.floor(random() * random() * STEPS);
        breakAt(client, step, pick(random, ['before', 'after'] as const), () => {
          crashes++;
        });
      }
      return client;
    };
    for (let n = 0; n < 8; n++) await world.append();
    const projections = names.map(keeper);
    const projector = createProjector({ ...world, projections, connect });
    try {
      await projector.start();
      const rebuilt = names.filter(() => random() < 0.5).map((name) => projector.rebuild(name));
      for (let n = 0; n < 12; n++) await world.append();
      await Promise.all(rebuilt);
      const last = await world.append();
      faulty = false;
      await Promise.all(names.map((name) => projector.waitFor(name, last, { timeoutMs: 60_000 })));
      for (const name of names) problems.push(...(await judge(world, name)));
      const builds = await projector.status();
      if (builds.length !== names.length)
        problems.push(`${builds.length - names.length} builds were left over`);
    } finally {
      await projector.stop();
      await world.close();
    }
  }
  return { crashes, problems };
}

function breakAt(client: pg.Client, step: number, when: 'before' | 'after', onCrash: () => void): void {
  const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
  let left = step;
  const lost = () => {
    onCrash();
    stream.destroy();
    return Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
  };
  client.query = (async (...args: unknown[]) => {
    if (left-- !== 0) return await query(...args);
    if (when === 'before') throw lost();
    await query(...args);
    throw lost();
  }) as typeof client.query;
}
