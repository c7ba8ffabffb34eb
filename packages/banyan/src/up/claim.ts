import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresError } from '@banyan/postgres';
import { claimDirectory } from '@banyan/postgres/claim';
import { isAlive, signal, startMark, waitForExit } from '@banyan/postgres/process';
import { StartError } from './start-error.ts';

/** How long what a killed run has left may take to end by itself, and after it was asked, ms. */
const BY_ITSELF_MS = 3_000;
const ASKED_MS = 5_000;

type Child = { name: string; pid: number; mark: string };

/** The folder of a plan, which one `banyan up` at a time may run. */
export type Claim = {
  /** Keeps in mind what runs now, for whoever comes after a kill -9 of this process. */
  note(children: Record<string, number>): void;
  release(): void;
};

/**
 * Claims a plan's folder. What a run that was killed has left is ended first, and told.
 *
 * @throws StartError at once when another `banyan up` runs here
 */
export async function claimFolder(directory: string, say: (text: string) => void): Promise<Claim> {
  const folder = join(directory, '.banyan', 'up');
  const file = join(folder, 'children.json');
  mkdirSync(folder, { recursive: true });
  const free = claim(folder, directory);
  try {
    await endRemains(file, say);
  } catch (error) {
    free();
    throw error;
  }
  return {
    note(children) {
      const noted = Object.entries(children).map(([name, pid]) => ({ name, pid, mark: startMark(pid) }));
      writeFileSync(file, JSON.stringify(noted));
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
async function endRemains(file: string, say: (text: string) => void): Promise<void> {
  const remains = readChildren(file).filter(
    ({ pid, mark }) => isAlive(pid) && mark !== '' && startMark(pid) === mark,
  );
  if (remains.length === 0) return;
  say(
    `the last run here was killed; ending what it left: ${remains.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`,
  );
  await Promise.all(
    remains.map(async ({ pid }) => {
      if (await waitForExit(pid, BY_ITSELF_MS)) return;
      signal(pid, 'SIGTERM');
      if (await waitForExit(pid, ASKED_MS)) return;
      signal(pid, 'SIGKILL');
      await waitForExit(pid, ASKED_MS);
    }),
  );
  rmSync(file, { force: true });
}

function readChildren(file: string): Child[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Child[];
  } catch {
    return []; // never written, or cut off by the kill: they end by themselves all the same
  }
}
