import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverOf } from '../../directory.ts';
import type { Span } from '../../load/stalls.ts';
import { type Cause, explain, type Records } from './explain.ts';
import { readServerLog } from './server-log.ts';
import type { Sampler } from './waits.ts';

/** A time in which users waited longer than they should, and what took it. */
export type TracedStall = { what: string; at: string; ms: number; causes: Cause[] };

const UNTOLD: Cause = {
  kind: 'stood',
  who: 'nobody',
  ms: 0,
  text: 'nothing that was recorded tells: no process stood, nothing waited for a lock, a disk or a processor',
};

/**
 * Environment by which every Node process that is started with it records its stalls, whatever it is: it need not know.
 */
export function recordingEnvironment(directory: string): Record<string, string> {
  const into = stallsOf(directory);
  mkdirSync(into, { recursive: true });
  const flags = [
    process.env.NODE_OPTIONS,
    `--import=${import.meta.resolve('@banyan/service/stalls/record')}`,
  ];
  return { NODE_OPTIONS: flags.filter(Boolean).join(' '), BANYAN_STALLS: into };
}

/** Reads all that was recorded in a run's directory and explains each span by it. */
export function tellStalls(
  directory: string,
  sampler: Pick<Sampler, 'waits' | 'machine'>,
  spans: Array<Span & { what: string }>,
): TracedStall[] {
  if (spans.length === 0) return [];
  const records: Records = {
    processes: readProcesses(stallsOf(directory)),
    server: readServerLog(readIfThere(join(serverOf(directory), 'postgres.log'))),
    waits: sampler.waits,
    machine: sampler.machine,
  };
  return spans.map(({ what, from, to }) => {
    const causes = explain({ from, to }, records);
    return {
      what,
      at: new Date(from).toISOString(),
      ms: Math.round(to - from),
      causes: causes.length > 0 ? causes : [UNTOLD],
    };
  });
}

const stallsOf = (directory: string) => join(directory, 'stalls');

/** By name; a process that died and came again is one. */
function readProcesses(directory: string): Records['processes'] {
  const processes: Records['processes'] = new Map();
  for (const file of readdirSync(directory)) {
    const name = file.replace(/-\d+\.jsonl$/, '');
    const lines = readFileSync(join(directory, file), 'utf8').split('\n').filter(Boolean);
    // The last line may be cut off: its process was killed.
    const stalls = lines.flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
    processes.set(name, [...(processes.get(name) ?? []), ...stalls]);
  }
  return processes;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
