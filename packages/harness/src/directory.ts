import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A fresh folder of this process below `home`, where each run has one; those of runs that are gone are removed. */
export function claimDirectory(home: string): string {
  mkdirSync(home, { recursive: true });
  for (const name of readdirSync(home)) {
    if (/^\d+$/.test(name) && !isAlive(Number(name)))
      rmSync(join(home, name), { recursive: true, force: true });
  }
  const directory = join(home, String(process.pid));
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
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
