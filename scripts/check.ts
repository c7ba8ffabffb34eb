/**
 * `npm run check`: types, Biome, dependency directions, knip, generated files, lock file. All run, whatever fails first, and each
 * prints its own findings; the exit code is 1 if any failed.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';

/** What runs in browsers has other types around it, and a tsconfig.json of its own. */
const pages = globSync(['packages/*/tsconfig.json', 'systems/*/web/tsconfig.json']).map(dirname).sort();

const checks: Array<[name: string, command: string, args: string[]]> = [
  ['types', 'tsc', ['-p', '.']],
  ...pages.map((folder): (typeof checks)[number] => [`types of ${folder}`, 'tsc', ['-p', folder]]),
  ['biome', 'biome', ['check', '--error-on-warnings', '.']],
  [
    'dependency directions',
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', 'packages', 'systems', 'bench', 'test', 'scripts'],
  ],
  ['knip', 'knip', ['--no-progress']],
  ['generated files', 'node', ['scripts/generate.ts', '--check']],
  ['lock file', 'node', ['scripts/audit-lock.ts']],
];

let failed = false;
for (const [name, command, args] of checks) {
  const code = await run(command, args);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (code !== 0) failed = true;
}
process.exit(failed ? 1 : 0);

function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
