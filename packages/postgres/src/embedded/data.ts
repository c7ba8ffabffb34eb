import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { PostgresError } from '../errors.ts';
import { type Binaries, sharedDirectories } from './binaries.ts';
import { canReach, type RunAs } from './identity.ts';

/**
 * Where the cluster of `directory` lies: inside it, unless the server's user cannot get there (we are root below
 * a directory closed to others). Then it lies in a place of that user's own below /var/lib/banyan, always the same for
 * the same directory, and `location` in `directory` says where.
 */
export function dataHome(directory: string, user: RunAs | undefined): string {
  const home = canReach(user, directory) ? join(directory, 'cluster') : outsideHome(directory, user);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const stat = lstatSync(home);
  const me = process.getuid?.();
  if (!stat.isDirectory() || (stat.uid !== me && stat.uid !== user?.uid)) {
    throw new PostgresError('EMBEDDED_FOREIGN_DIRECTORY', { directory: home, owner: stat.uid });
  }
  if (user) chownSync(home, user.uid, user.gid);
  writeFileSync(join(directory, 'location'), `${home}\n`);
  return realpathSync(home);
}

/** Removes the directory of a server that has ended, or never was, and its data wherever they lie. */
export function removeEmbedded(directory: string): void {
  const home = locationOf(directory);
  // Only what was made for this directory: the file could say anything, and we may be root.
  if (home && basename(home) === outsideName(directory)) rmSync(home, { recursive: true, force: true });
  rmSync(directory, { recursive: true, force: true });
}

function locationOf(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, 'location'), 'utf8').trim();
  } catch {
    return undefined; // no server has got so far
  }
}

/** The superuser's password, made once, readable by us alone. */
export function passwordOf(directory: string): string {
  const file = join(directory, 'password');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const password = randomBytes(24).toString('base64url');
  writeFileSync(file, password, { mode: 0o600 });
  chmodSync(file, 0o600);
  return password;
}

/** Creates the cluster unless it is there. A half-made one of a killed run is made anew. */
export async function ensureCluster(
  home: string,
  password: string,
  binaries: Binaries,
  user: RunAs | undefined,
): Promise<string> {
  const data = join(home, 'data');
  if (existsSync(join(data, 'PG_VERSION'))) return data;
  const draft = join(home, 'data.new');
  rmSync(draft, { recursive: true, force: true });
  const passwordFile = join(home, 'initdb-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    if (user) chownSync(passwordFile, user.uid, user.gid);
    await initdb(binaries, draft, passwordFile, user);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, data);
  return data;
}

async function initdb(
  { initdb }: Binaries,
  draft: string,
  passwordFile: string,
  user: RunAs | undefined,
): Promise<void> {
  const args = [
    `--pgdata=${draft}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Sorts the same on every machine, whatever locales it has, and needs none installed.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
  ];
  const child = spawn(initdb, args, {
    ...user,
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new PostgresError('EMBEDDED_INIT_FAILED', { directory: draft }, error)),
    );
    child.once('close', resolve);
  });
  if (status !== 0) {
    throw new PostgresError('EMBEDDED_INIT_FAILED', {
      directory: draft,
      status,
      output: output.trim().slice(-500),
    });
  }
}

function outsideHome(directory: string, user: RunAs | undefined): string {
  const parent = sharedDirectories(user)[0];
  if (!parent)
    throw new PostgresError('EMBEDDED_NO_USER', {
      wanted: 'a directory that the server can reach, such as /var/lib or /var/tmp',
    });
  return join(parent, outsideName(directory));
}

function outsideName(directory: string): string {
  const digest = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 16);
  return `banyan-data-${digest}`;
}
