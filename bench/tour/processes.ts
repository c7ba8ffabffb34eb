import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cpuOf } from '../cpu.ts';

type Process = { pid: number; who: string; ms: number };

/** By the file that a process runs, the first that fits. */
const NODES: Array<[RegExp, (match: RegExpExecArray) => string]> = [
  [/services\/([\w-]+)\/main\.ts/, ([, service]) => `service ${service}`],
  [/monolith\/main\.ts/, () => 'monolith'],
  [/banyan\/src\/(applier|control|gateway)\/main\.ts/, ([, part]) => part!],
  [/harness\/src\/load\//, () => 'load'],
  [/harness\/src\/tour\//, () => 'tour'],
  [/systems\//, () => 'doubles'],
];
/** How a session of PostgreSQL calls itself: its user, database, and the address of whoever has it. */
const SESSION = /^postgres: (walsender )?\S+ (\S+) [\d.]+\((\d+)\)/;
const HELPER = /^postgres: (\S+(?: \S+)*?)\s*\d*$/;

/** Sessions keep their owner for as long as they are. */
const known = new Map<number, string>();

/** All processes below one. Sessions are named by whose they are and where: `session applier > user`. */
export function listProcesses(root: number): Process[] {
  const pids = below(root);
  // The system gives the numbers of ended ones to others.
  const alive = new Set(pids);
  for (const pid of known.keys()) if (!alive.has(pid)) known.delete(pid);
  const nameless = pids.filter((pid) => !known.has(pid));
  if (nameless.length > 0) nameThem(nameless, pids);
  return pids.flatMap((pid) => {
    const ms = orNothing(() => cpuOf(pid));
    return ms === undefined ? [] : [{ pid, who: known.get(pid) ?? 'other', ms }];
  });
}

function nameThem(nameless: readonly number[], all: readonly number[]): void {
  const sessions = new Map<number, { database: string; port: number }>();
  for (const pid of nameless) {
    const title =
      orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()) ?? '';
    const [, sender, database, port] = SESSION.exec(title) ?? [];
    if (sender) known.set(pid, `sender > ${database}`);
    else if (database) sessions.set(pid, { database, port: Number(port) });
    // What has just begun does not say yet what it is, and is asked again.
    else if (title.startsWith('postgres: ')) nameHelper(pid, title);
    else known.set(pid, nodeOf(title));
  }
  if (sessions.size === 0) return;
  const owners = ownersOfPorts(all);
  for (const [pid, { database, port }] of sessions) {
    const owner = owners.get(port);
    if (owner !== undefined) known.set(pid, `session ${known.get(owner) ?? 'other'} > ${database}`);
  }
}

function nameHelper(pid: number, title: string): void {
  const [, helper] = HELPER.exec(title) ?? [];
  if (helper && !/[\d.]+\(\d+\)/.test(title)) known.set(pid, `server: ${helper}`);
}

function nodeOf(title: string): string {
  if (/\/bin\/postgres /.test(title)) return 'server: postmaster';
  for (const [file, nameOf] of NODES) {
    const match = file.exec(title);
    if (match) return nameOf(match);
  }
  return 'other';
}

/** Which process has the connection whose own end is this local port. */
function ownersOfPorts(pids: readonly number[]): Map<number, number> {
  const portOf = new Map<string, number>();
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields.length > 9) portOf.set(fields[9]!, Number.parseInt(fields[1]!.split(':')[1]!, 16));
  }
  const owners = new Map<number, number>();
  for (const pid of pids) {
    // The server's own ends of all connections have its port.
    if (/^(sender|server|session)\b/.test(known.get(pid) ?? '')) continue;
    for (const file of orNothing(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      const inode = /^socket:\[(\d+)\]$/.exec(
        orNothing(() => readlinkSync(`/proc/${pid}/fd/${file}`)) ?? '',
      )?.[1];
      const port = inode === undefined ? undefined : portOf.get(inode);
      if (port !== undefined) owners.set(port, pid);
    }
  }
  return owners;
}

function below(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const stat = orNothing(() => readFileSync(`/proc/${name}/stat`, 'utf8'));
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (stat) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(all)];
  return all(root).slice(1);
}

/** It has ended meanwhile. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
