import { spawnSync } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');

/**
 * A stranger's folder, far from the clone and with a name that not every program likes, in which the packages of
 * `npm run pack` are installed. How they were installed is told: without a registry, what they need is linked from here.
 */
export function strangeFolder(): { folder: string; how: string; remove: () => void } {
  must('npm', ['run', '--silent', 'pack'], ROOT);
  const folder = mkdtempSync(join(tmpdir(), 'a shop (100 % strange) ünd '));
  cpSync(join(import.meta.dirname, 'shop'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const tarballs = globSync('*.tgz', { cwd: join(ROOT, 'build') }).map((file) => join(ROOT, 'build', file));
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=0'];
  const installed = run('npm', ['install', ...flags, ...tarballs], folder);
  const how = installed.status === 0 ? 'npm install of the tarballs' : linkByHand(folder, tarballs);
  return { folder, how, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a program in a folder, with the Node that runs this first in its path. */
function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}) {
  return spawnSync(command, args, { cwd, env: { ...cleanEnvironment(), ...env }, encoding: 'utf8' });
}

/** What a stranger's shell has: nothing of npm's own, and no setting of ours but where Node keeps what it has compiled. */
export function cleanEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name]) => name === 'NODE_COMPILE_CACHE' || !/^(npm_|BANYAN_|NODE_)/i.test(name),
  );
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...(Object.fromEntries(own) as Record<string, string>), PATH: path };
}

function must(command: string, args: string[], cwd: string): void {
  const { status, stderr, stdout } = run(command, args, cwd);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
}

/** No registry and nothing in npm's cache: the packages as they are in the tarballs, what they need from the clone. */
function linkByHand(folder: string, tarballs: string[]): string {
  const modules = join(folder, 'node_modules');
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name.startsWith('.') || name === '@banyan') continue;
    mkdirSync(modules, { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const tarball of tarballs) {
    const at = mkdtempSync(join(folder, '.unpacked-'));
    must('tar', ['-xzf', tarball, '-C', at], folder);
    const { name } = JSON.parse(readFileSync(join(at, 'package', 'package.json'), 'utf8')) as {
      name: string;
    };
    cpSync(join(at, 'package'), join(modules, name), { recursive: true });
  }
  mkdirSync(join(modules, '.bin'));
  symlinkSync(join('..', '@banyan', 'cli', 'bin', 'banyan.js'), join(modules, '.bin', 'banyan'));
  return 'the tarballs unpacked, with what they need linked from the clone (no registry could be reached)';
}
