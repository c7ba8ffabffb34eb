import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeEmbedded } from '@banyan/postgres';

/** A fresh folder of this process below `home`, where each run has one; those of runs that are gone are removed. */
export function claimDirectory(home: string): string {
  mkdirSync(home, { recursive: true });
  for (const name of readdirSync(home)) {
    if (/^\d+$/.test(name) && !isAlive(Number(name))) removeRun(join(home, name));
  }
  const directory = join(home, String(process.pid));
  removeRun(directory);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** With the data of the server that it has had, which may lie elsewhere. */
export function removeRun(directory: string): void {
  removeEmbedded(serverOf(directory));
  rmSync(directory, { recursive: true, force: true });
}

/** Where the PostgreSQL of a run lies. */
export function serverOf(directory: string): string {
  return join(directory, 'postgres');
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
