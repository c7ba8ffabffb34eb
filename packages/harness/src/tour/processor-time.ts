import { readdirSync, readFileSync } from 'node:fs';

/** One line of the system's list of processes; times in ms. */
export type ProcessTime = {
  pid: number;
  parent: number;
  ownMs: number;
  /** Of its children that have ended and were waited for. */
  endedMs: number;
};

export type ProcessorTime = {
  /** From now on it counts for this stage. A name used before goes on. */
  stage(name: string): void;
  /** Processor time by stage, ms; empty where the system does not tell. */
  usedMs(): ReadonlyMap<string, number>;
};

/** Of /proc/<pid>/stat: a hundredth of a second. */
const TICK_MS = 10;

/**
 * What the processes below this one use in each stage: databases, monolith, services and Banyan. Neither this process counts, which
 * watches, nor those that are named, as whoever makes the load.
 */
export function startProcessorTime(
  firstStage: string,
  without: readonly number[],
  list: () => readonly ProcessTime[] = listProcesses,
): ProcessorTime {
  const used = new Map<string, number>();
  let current = firstStage;
  let before = timeBelow(process.pid, without, list());
  return {
    stage(name) {
      count();
      current = name;
    },
    usedMs() {
      count();
      return used;
    },
  };

  function count(): void {
    const now = timeBelow(process.pid, without, list());
    if (now > before) used.set(current, (used.get(current) ?? 0) + now - before);
    before = now;
  }
}

/** Of all processes below `root`, those that have ended too, except for the ones named and what is below them. */
export function timeBelow(root: number, without: readonly number[], list: readonly ProcessTime[]): number {
  const children = Map.groupBy(list, ({ parent }) => parent);
  const below = (pid: number): number =>
    (children.get(pid) ?? [])
      .filter((child) => !without.includes(child.pid))
      .reduce((sum, child) => sum + child.ownMs + child.endedMs + below(child.pid), 0);
  return below(root) + (list.find(({ pid }) => pid === root)?.endedMs ?? 0);
}

/** All processes of the machine; empty where there is no /proc. */
export function listProcesses(): ProcessTime[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => readProcess(Number(pid)) ?? []);
  } catch {
    return [];
  }
}

/** Undefined: it has ended. */
function readProcess(pid: number): ProcessTime | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the command's name, which may itself hold spaces and brackets: state, parent, ...
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return {
      pid,
      parent: fields[1]!,
      ownMs: (user + system) * TICK_MS,
      endedMs: (endedUser + endedSystem) * TICK_MS,
    };
  } catch {
    return undefined;
  }
}
