import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How often those above are looked at, ms. */
const LOOK_MS = 500;
/** npm, the shell that it starts, and a Node that stands in for one that cannot run TypeScript. */
const MOST_ABOVE = 5;

/**
 * Calls `gone` once when whoever started this command has ended without stopping it: npm passes SIGTERM to a shell that
 * keeps it for itself, and can pass nothing on when it is killed. Who starts the command by anything but npm may well go:
 * a service manager, or `nohup` in a shell.
 */
export function whenStarterIsGone(gone: () => void): void {
  if (process.channel) {
    process.once('disconnect', gone);
    process.channel.unref();
  }
  const above = process.env.npm_command ? chainToNpm() : [];
  if (above.length === 0) return;
  const timer = setInterval(() => {
    if (above.every(({ pid, parent }) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    gone();
  }, LOOK_MS);
  timer.unref();
}

type Link = { pid: number; parent: number };

/** This process, and each above it up to npm's child. Empty when npm is not above. */
function chainToNpm(): Link[] {
  const chain: Link[] = [];
  for (let pid = process.pid; chain.length < MOST_ABOVE; ) {
    const parent = parentOf(pid);
    if (parent === undefined || parent <= 1) return [];
    chain.push({ pid, parent });
    if (/(^|[/\s])(npm|npx)(-cli\.js)?(\s|$)/.test(commandOf(parent))) return chain;
    pid = parent;
  }
  return [];
}

function parentOf(pid: number): number | undefined {
  if (pid === process.pid) return process.ppid;
  try {
    if (process.platform !== 'linux') return Number(ps('ppid', pid));
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    if (process.platform !== 'linux') return ps('command', pid);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function ps(field: string, pid: number): string {
  return execFileSync('ps', ['-ww', '-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
}
