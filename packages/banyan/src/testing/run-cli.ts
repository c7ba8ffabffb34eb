import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aPlan } from '@banyan/plan/testing';

/** The command line's entry. */
export const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

type Ended = {
  code: number | null;
  stdout: string;
  stderr: string;
  json: () => ReturnType<typeof JSON.parse>;
};
type Run = { child: ChildProcess; ended: Promise<Ended> };

/** A plan in a folder, for commands that run there. */
export function writePlan(folder: string, port: number, change: object = {}): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const plan = { ...aPlan(), ...change };
  plan.control = { ...plan.control, port };
  writeFileSync(join(folder, 'banyan.config.ts'), `export default ${JSON.stringify(plan)};\n`);
}

/** Runs Node in a folder, with nothing of our own settings in its environment. */
export function run(nodeArgs: string[], cwd: string): Run {
  const { BANYAN_TOKEN: _token, FORCE_COLOR: _colour, ...env } = process.env;
  const child = spawn(process.execPath, nodeArgs, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) }));
  });
  return { child, ended };
}
