import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimDirectory } from '@banyan/postgres/claim';
import { PostgresError } from '@banyan/postgres/errors';
import { isAlive, signal, startMark, waitForExit } from '@banyan/postgres/process';
import { StartError } from './start-error.ts';
import { type ProcessName, STOP_MS } from './stopping.ts';

/** How long what a killed run has left may take to notice and end by itself before it is asked, ms. */
const BY_ITSELF_MS = 3_000;
/** How long what was killed may take to be gone, ms. */
const KILLED_MS = 5_000;

type Child = { name: ProcessName; pid: number; mark: string };

/** The folder of a plan, which one `banyan up` at a time may run. */
export type Claim = {
  /** Keeps in mind what runs now, for whoever comes after a kill -9 of this process. */
  note(children: Partial<Record<ProcessName, number>>): void;
  release(): void;
};

/**
 * Claims a plan's folder. What a run that was killed has left is ended first, and told; each of its processes has `stopMs`
 * for what it has begun, a gateway's requests above all.
 *
 * @throws StartError at once when another `banyan up` runs here
 */
export async function claimFolder(
  directory: string,
  say: (text: string) => void,
  stopMs: Readonly<Record<ProcessName, number>> = STOP_MS,
): Promise<Claim> {
  const folder = join(directory, '.banyan', 'up');
  const file = join(folder, 'children.json');
  mkdirSync(folder, { recursive: true });
  const free = claim(folder, directory);
  try {
    await endRemains(file, say, stopMs);
  } catch (error) {
    free();
    throw error;
  }
  return {
    note(children) {
      const noted = Object.entries(children).map(([name, pid]) => ({ name, pid, mark: startMark(pid) }));
      // Whole or not at all: a kill -9 may come here, and commands read it at any time.
      writeFileSync(`${file}.new`, JSON.stringify(noted));
      renameSync(`${file}.new`, file);
    },
    release() {
      rmSync(file, { force: true });
      free();
    },
  };
}

function claim(folder: string, directory: string): () => void {
  try {
    return claimDirectory(folder);
  } catch (error) {
    if (!(error instanceof PostgresError && error.code === 'EMBEDDED_IN_USE')) throw error;
    const pid = error.details.pid;
    throw new StartError(
      `banyan up runs for this plan already: process ${pid}`,
      `see it with banyan status, or stop it: kill ${pid}`,
      { where: directory },
    );
  }
}

/** A process of a killed run ends by itself when it notices; one that is stuck is helped. Its start tells it from a stranger. */
async function endRemains(
  file: string,
  say: (text: string) => void,
  stopMs: Readonly<Record<ProcessName, number>>,
): Promise<void> {
  const remains = readChildren(file).filter(stillRuns);
  if (remains.length === 0) return;
  say(
    `the last run here was killed; ending what it left: ${remains.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`,
  );
  await Promise.all(
    remains.map(async ({ name, pid }) => {
      if (await waitForExit(pid, BY_ITSELF_MS)) return;
      signal(pid, 'SIGTERM');
      if (await waitForExit(pid, stopMs[name])) return;
      signal(pid, 'SIGKILL');
      await waitForExit(pid, KILLED_MS);
    }),
  );
  rmSync(file, { force: true });
}

/** What runs now of the `banyan up` of a plan's folder; empty when none runs there. */
export function runningIn(directory: string): ProcessName[] {
  return readChildren(join(directory, '.banyan', 'up', 'children.json'))
    .filter(stillRuns)
    .map(({ name }) => name);
}

function stillRuns({ pid, mark }: Child): boolean {
  return isAlive(pid) && mark !== '' && startMark(pid) === mark;
}

function readChildren(file: string): Child[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Child[];
  } catch {
    return []; // never written
  }
}
