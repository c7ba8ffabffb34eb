import pg from 'pg';

/** What may be killed. `kill` says which process it was, or null where there was none; what nobody else starts again it starts again itself. */
export type Victim = {
  kill(): Promise<number | null> | number | null;
  /** Resolves when what was killed works again, if that is the killer's own business. */
  healed?(): Promise<void>;
};

export type Kill = { atMs: number; victim: string; pid: number };

/** A process that somebody has started, and can start again. */
type Startable = { pid(): number | undefined; kill(): Promise<void>; start(): Promise<void> };

/** How long a service may take to be up again, with its database killed meanwhile, and the pause between two starts. */
const START_MS = 60_000;
const RESTART_PAUSE_MS = 200;
/** Between two kills, where a killed process needs about a second until it works again; stages must be reached in between. */
const PAUSE_MS = { least: 300, most: 4_000 };

/** Kills with SIGKILL at random moments until stopped. */
export function startKiller(
  victims: ReadonlyMap<string, Victim>,
  {
    random,
    patience,
    afterWork = () => Promise.resolve(),
  }: {
    random: () => number;
    patience: number;
    /** Before the next pause: resolves when enough has been done since the last kill. */
    afterWork?: () => Promise<void>;
  },
  onKill: (kill: Kill) => void,
) {
  const names = [...victims.keys()];
  const startedAt = performance.now();
  const stopping = Promise.withResolvers<void>();
  let stopped = false;
  const running = loop();

  return {
    /** Stops killing; resolves when all that was killed runs again. */
    async stop(): Promise<void> {
      stopped = true;
      stopping.resolve();
      await running;
      await healed(victims);
    },
  };

  async function loop(): Promise<void> {
    while (!stopped) {
      const ms = (PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least)) * patience;
      await Promise.race([afterWork(), stopping.promise]);
      await Promise.race([pauseFor(ms), stopping.promise]);
      if (stopped) return;
      const victim = names[Math.floor(random() * names.length)]!;
      const pid = await victims.get(victim)!.kill();
      if (pid !== null) onKill({ atMs: Math.round(performance.now() - startedAt), victim, pid });
    }
  }
}

/** Resolves when all works again that was killed and that the killer starts. */
export async function healed(victims: ReadonlyMap<string, Victim>): Promise<void> {
  await Promise.all([...victims.values()].map((victim) => victim.healed?.()));
}

/** A service, which is started again after a moment. */
export function serviceVictim(service: Startable, random: () => number): Victim {
  let healing: Promise<void> | undefined;
  return {
    kill() {
      const pid = service.pid();
      const healAfterMs = 50 + random() * 700;
      if (pid === undefined || healing) return null;
      healing = service
        .kill()
        .then(() => pauseFor(healAfterMs))
        .then(() => startAgain(service))
        .finally(() => {
          healing = undefined;
        });
      return pid;
    },
    healed: async () => await healing,
  };
}

/** One backend of one of these databases: PostgreSQL ends all others too, of all databases, and recovers from its log. */
export function backendVictim(databases: readonly string[], random: () => number): Victim {
  return { kill: async () => await killBackend(databases[Math.floor(random() * databases.length)]!, random) };
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

export function killPid(pid: number | undefined): number | null {
  if (pid === undefined) return null;
  try {
    process.kill(pid, 'SIGKILL');
    return pid;
  } catch {
    return null; // between two lives
  }
}

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

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
