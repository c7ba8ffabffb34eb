/**
 * `npm run build:web`: builds the pages, unless that has been done, and says what they weigh. `npm start`, tests and benchmarks
 * call `buildWeb`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { compressFiles, describeSize, sizeOf } from './build-size.ts';

const WEB = import.meta.dirname;
const ROOT = resolve(WEB, '../../..');
const BUILDS = join(ROOT, '.banyan');
/** All that a build depends on: a change of one of them is another build. */
const SOURCES = [
  'package-lock.json',
  'tsconfig*.json',
  'packages/ui/{package,tsconfig}.json',
  'packages/ui/{src,vite}/**/*',
  'systems/career-copilot/api/*.ts',
  'systems/career-copilot/web/{index.html,package.json,tsconfig.json,vite.config.ts,build.ts,build-size.ts}',
  'systems/career-copilot/web/{src,public,vite}/**/*',
];
/** Builds that nobody has asked for so long are removed, ms. */
const KEPT_MS = 24 * 60 * 60_000;

/**
 * The folder with the built pages: `index.html`, `assets/`, and each of them as `.br` and `.gz`. Built by a process of its own when
 * these sources have not been built yet; by one only, when several ask at once. Rejects with what the build printed when it fails.
 */
export async function buildWeb(): Promise<string> {
  const folder = join(BUILDS, `web-${digestOfSources()}`);
  mkdirSync(BUILDS, { recursive: true });
  while (!existsSync(folder)) {
    if (isMine(`${folder}.lock`)) await buildInto(folder);
    else await wait(100);
  }
  touch(folder);
  removeForgotten();
  return folder;
}

/** Files that no page consists of do not count, so that a changed test builds nothing. */
function digestOfSources(): string {
  const files = globSync(SOURCES, { cwd: ROOT }).filter(isSource).sort();
  const digest = createHash('sha256');
  for (const file of files)
    digest
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return digest.digest('hex').slice(0, 16);
}

function isSource(file: string): boolean {
  return !/\.test\.tsx?$|\/testing\//.test(file) && statSync(join(ROOT, file)).isFile();
}

/**
 * Whether this process is to build. The lock only saves work: what two build is the same, and the first one done is taken. A link
 * carries the id of its process from the moment on at which it is there.
 */
function isMine(lock: string): boolean {
  try {
    symlinkSync(String(process.pid), lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isHeld(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isHeld(lock: string): boolean {
  try {
    process.kill(Number(readlinkSync(lock)), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function buildInto(folder: string): Promise<void> {
  const unfinished = mkdtempSync(`${folder}.`);
  chmodSync(unfinished, 0o755);
  try {
    // Done between the look and the lock.
    if (existsSync(folder)) return;
    await writePages(unfinished);
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(`${folder}.lock`, { force: true });
  }
}

/** Into an empty folder, whatever has been built already. */
export async function writePages(folder: string): Promise<void> {
  await runVite(folder);
  await compressFiles(folder);
}

/** In a process of its own: the bundler and its memory are gone when it has ended. */
async function runVite(into: string): Promise<void> {
  const args = ['build', '--outDir', into, '--emptyOutDir', '--logLevel', 'warn'];
  const vite = spawn(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), ...args], {
    cwd: WEB,
    // React is another one where this says so.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [vite.stdout, vite.stderr]) stream.on('data', (data) => (told += data));
  const code = await new Promise((done, fail) => vite.once('error', fail).once('close', done));
  if (code !== 0) throw new Error(`The web front end could not be built:\n${told.trim()}`);
}

function touch(folder: string): void {
  const now = new Date();
  utimesSync(folder, now, now);
}

/** Leftovers of builds that were killed too. */
function removeForgotten(): void {
  for (const name of readdirSync(BUILDS).filter((each) => each.startsWith('web-'))) {
    const path = join(BUILDS, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}

// `npm run` imports it by scripts/node.js, so that it is no main module there.
if (process.argv[1] === import.meta.filename) {
  const folder = await buildWeb();
  console.log(`built ${basename(folder)} below ${BUILDS}`);
  console.log(describeSize(sizeOf(folder)));
}
