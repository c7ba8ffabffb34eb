import { readdirSync, readFileSync } from 'node:fs';
import type { Environment } from '@banyan/harness/run';
import pg from 'pg';

/** What may be killed beside the services, which go by their names; a backend is one of a service's database. */
const OF_BANYAN = ['gateway', 'gateway worker', 'controller', 'applier', 'backend'];

/** How long a service may take to be up again, with its database killed meanwhile, and the pause between two starts. */
const START_MS = 60_000;
const RESTART_PAUSE_MS = 200;
/** Between two kills, where a killed process needs about a second until it works again; stages must be reached in between. */
const PAUSE_MS = { least: 300, most: 4_000 };

export type Kill = { atMs: number; victim: string; pid: number };

/** Kills with SIGKILL at random moments until stopped. What nobody else starts again, it starts again itself. */
export function startKiller(
  environment: Environment,
  { random, patience }: { random: () => number; patience: number },
  onKill: (kill: Kill) => void,
) {
  const services = [...environment.services.keys()];
  const victims = [...OF_BANYAN, ...services];
  const startedAt = performance.now();
  let stopped = false;
  const healing = new Map<string, Promise<void>>();
  const running = loop();

  return {
    /** Stops killing; resolves when the services run again. */
    async stop(): Promise<void> {
      stopped = true;
      await running;
      await Promise.all(healing.values());
    },
  };

  async function loop(): Promise<void> {
    while (!stopped) {
      await pauseFor((PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least)) * patience);
      if (stopped) return;
      const victim = victims[Math.floor(random() * victims.length)]!;
      const healAfterMs = 50 + random() * 700;
      const pid = await kill(victim, healAfterMs);
      if (pid !== null) onKill({ atMs: Math.round(performance.now() - startedAt), victim, pid });
    }
  }

  async function kill(victim: string, healAfterMs: number): Promise<number | null> {
    switch (victim) {
      case 'controller':
      case 'applier':
      case 'gateway':
        return killPid(environment.banyan.pids()[victim]);
      case 'gateway worker': {
        const workers = childrenOf(environment.banyan.pids().gateway);
        return killPid(workers[Math.floor(random() * workers.length)]);
      }
      case 'backend': {
        const service = services[Math.floor(random() * services.length)]!;
        return await killBackend(environment.databases.get(service)!, random);
      }
      default:
        return killService(victim, healAfterMs);
    }
  }

  function killService(name: string, healAfterMs: number): number | null {
    const service = environment.services.get(name)!;
    const pid = service.pid();
    if (pid === undefined || healing.has(name)) return null;
    const healed = service
      .kill()
      .then(() => pauseFor(healAfterMs))
      .then(() => startAgain(service))
      .finally(() => healing.delete(name));
    healing.set(name, healed);
    return pid;
  }
}

/** As a supervisor of services does: one whose database is killed while it starts ends, and is started again. */
async function startAgain(service: { start(): Promise<void> }): Promise<void> {
  const limit = performance.now() + START_MS;
  for (;;) {
    try {
      return await service.start();
    } catch (error) {
      if (performance.now() > limit) throw error;
      await pauseFor(RESTART_PAUSE_MS);
    }
  }
}

function killPid(pid: number | undefined): number | null {
  if (pid === undefined) return null;
  try {
    process.kill(pid, 'SIGKILL');
    return pid;
  } catch {
    return null; // between two lives
  }
}

/** SIGKILL of one backend: PostgreSQL ends all others too and recovers from its log. */
async function killBackend(url: string, random: () => number): Promise<number | null> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY pid`,
    );
    return killPid(rows[Math.floor(random() * rows.length)]?.pid);
  } catch {
    return null; // still recovering from the last one
  } finally {
    await client.end().catch(() => {});
  }
}

/** Child processes by /proc; none where there is no /proc. */
function childrenOf(parent: number | undefined): number[] {
  if (parent === undefined) return [];
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => parentOf(pid) === parent);
  } catch {
    return [];
  }
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
