import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where runs keep their data, below the folder it is started from. Each run has a folder of its own. */
const HOME = resolve('.banyan', 'tour');

/** A fresh folder for this process; folders of runs that are gone are removed. */
export function claimDirectory(): string {
  mkdirSync(HOME, { recursive: true });
  for (const name of readdirSync(HOME)) {
    if (/^\d+$/.test(name) && !isAlive(Number(name)))
      rmSync(join(HOME, name), { recursive: true, force: true });
  }
  const directory = join(HOME, String(process.pid));
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** `npx banyan …` anywhere below here finds the newest run. */
export function pointBanyanTo(configFile: string): void {
  const pointer = resolve('.banyan', 'banyan.config.ts');
  writeFileSync(pointer, `export { default } from ${JSON.stringify(pathToFileURL(configFile).href)};\n`, {
    mode: 0o600,
  });
}

export function writeReport(file: string, report: object): void {
  const path = resolve(file);
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
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
