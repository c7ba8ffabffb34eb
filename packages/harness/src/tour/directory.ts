import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

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
