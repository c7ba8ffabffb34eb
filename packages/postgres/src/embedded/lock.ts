import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, PostgresError } from '../errors.ts';
import { isAlive, startMark } from './process.ts';

/**
 * Claims a directory for this process until the returned function is called. A claim whose process is gone,
 * killed or not, is taken over. The link is atomic: of two that start at once, one gets the error.
 */
export function claimDirectory(directory: string): () => void {
  const lock = join(directory, 'owner');
  const mine = `${process.pid} ${startMark(process.pid)} ${Math.random().toString(36).slice(2)}`;
  const draft = `${lock}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, mine);
  try {
    for (;;) {
      try {
        linkSync(draft, lock);
        break;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
        evictDead(lock, directory);
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (read(lock) === mine) rmSync(lock, { force: true });
  };
}

function evictDead(lock: string, directory: string): void {
  const holder = read(lock);
  if (holder === undefined) return;
  const [pid = '', mark = ''] = holder.split(' ');
  if (isAlive(Number(pid)) && startMark(Number(pid)) === mark) {
    throw new PostgresError('EMBEDDED_IN_USE', { directory, pid });
  }
  const grave = `${lock}.dead.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    renameSync(lock, grave);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  // Between our read and our rename another process may have taken over: what was moved away is then alive.
  if (read(grave) !== holder) linkSync(grave, lock);
  rmSync(grave, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
