import { readdirSync, readFileSync } from 'node:fs';
import type { Environment } from '@banyan/harness/run';
import { backendVictim, killPid, serviceVictim, type Victim } from './killer.ts';

/** All that runs of a system and of Banyan, which starts its own processes again. */
export function victimsOf(
  { banyan, monolith, services, databases }: Environment,
  random: () => number,
): ReadonlyMap<string, Victim> {
  const ofBanyan = (name: 'gateway' | 'controller' | 'applier'): Victim => ({
    kill: () => killPid(banyan.pids()[name]),
  });
  return new Map<string, Victim>([
    ['gateway', ofBanyan('gateway')],
    [
      'gateway worker',
      {
        kill: () => {
          const workers = childrenOf(banyan.pids().gateway);
          return killPid(workers[Math.floor(random() * workers.length)]);
        },
      },
    ],
    ['controller', ofBanyan('controller')],
    ['applier', ofBanyan('applier')],
    [
      'backend',
      backendVictim(
        [...services.keys()].map((name) => databases.get(name)!),
        random,
      ),
    ],
    ['monolith', serviceVictim(monolith, random)],
    ...[...services].map(([name, service]) => [name, serviceVictim(service, random)] as const),
  ]);
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
