import { readFileSync } from 'node:fs';
import { createPool } from '@banyan/postgres';
import type { Span } from '../../load/stalls.ts';

/** What the sessions of the server waited for at one moment, as `IO:WalSync` → how many. */
export type WaitSample = { at: number; waits: Record<string, number> };

/** Time that the machine did not have, ms: stolen by its host, or with runnable processes waiting. */
export type MachineSample = Span & { stolenMs: number; pressureMs: number };

const WAITS_MS = 50;
const MACHINE_MS = 250;
/** Of /proc/stat: a hundredth of a second. */
const TICK_MS = 10;

export type Sampler = {
  /** Sessions are asked only while this was last told true. */
  slow(isSlow: boolean): void;
  waits: WaitSample[];
  machine: MachineSample[];
  /** Again is no error. */
  stop(): Promise<void>;
};

/** Looks at the server and the machine from outside, on a connection of its own. */
export function startSampler(database: string): Sampler {
  const pool = createPool(database, { max: 1, applicationName: 'tour-trace' });
  const waits: WaitSample[] = [];
  const machine: MachineSample[] = [];
  let isSlow = false;
  let asking: Promise<void> | null = null;
  let stopped: Promise<void> | undefined;

  let before = readMachine();
  const timer = setInterval(() => {
    const now = readMachine();
    const stolenMs = now.stolenMs - before.stolenMs;
    const pressureMs = now.pressureMs - before.pressureMs;
    if (stolenMs > 0 || pressureMs > 20) machine.push({ from: before.at, to: now.at, stolenMs, pressureMs });
    before = now;
  }, MACHINE_MS);

  return {
    waits,
    machine,
    slow(next) {
      isSlow = next;
      if (isSlow)
        asking ??= ask().finally(() => {
          asking = null;
        });
    },
    stop() {
      isSlow = false;
      clearInterval(timer);
      stopped ??= Promise.resolve(asking).then(() => pool.end());
      return stopped;
    },
  };

  async function ask(): Promise<void> {
    while (isSlow) {
      const at = Date.now();
      const { rows } = await pool
        .query<{ wait: string; sessions: number }>(
          `SELECT coalesce(wait_event_type || ':' || wait_event, 'running') AS wait, count(*)::int AS sessions
           FROM pg_stat_activity
           WHERE pid <> pg_backend_pid() AND state IS DISTINCT FROM 'idle' AND coalesce(wait_event_type, '') NOT IN ('Activity', 'Client', 'Timeout')
           GROUP BY 1`,
        )
        .catch(() => ({ rows: [] }));
      waits.push({ at, waits: Object.fromEntries(rows.map(({ wait, sessions }) => [wait, sessions])) });
      await new Promise((resolve) => setTimeout(resolve, WAITS_MS));
    }
  }
}

function readMachine(): { at: number; stolenMs: number; pressureMs: number } {
  const cpu = read('/proc/stat').split('\n', 1)[0]!.split(/\s+/);
  const pressure = /^some .* total=(\d+)$/m.exec(read('/proc/pressure/cpu'));
  return {
    at: Date.now(),
    stolenMs: Number(cpu[8] ?? 0) * TICK_MS,
    pressureMs: Number(pressure?.[1] ?? 0) / 1000,
  };
}

/** Empty where there is no such file: then nothing is known, and nothing said. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
