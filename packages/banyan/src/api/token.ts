import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedPlan } from '@banyan/plan';

/**
 * Token of a plan's control plane as a client finds it: BANYAN_TOKEN, the plan's own, or .banyan/token beside the
 * plan. Null when there is none yet, because the control plane was never started here.
 */
export function findToken(plan: ResolvedPlan, directory: string): string | null {
  return process.env.BANYAN_TOKEN || plan.control.token || readToken(tokenFile(directory));
}

/** The token in <directory>/.banyan/token, which is created (readable by its owner only) when it is not there. */
export function ensureToken(directory: string): string {
  const file = tokenFile(directory);
  mkdirSync(join(directory, '.banyan'), { recursive: true });
  try {
    // 'wx': of two that start at once, one writes and the other reads.
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  const token = readToken(file);
  if (!token) throw new Error(`${file} is empty; delete it, and a new token is made at the next start`);
  return token;
}

function readToken(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch (error) {
    // Reading a directory has no path of its own.
    (error as NodeJS.ErrnoException).path ??= file;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function tokenFile(directory: string): string {
  return join(directory, '.banyan', 'token');
}
