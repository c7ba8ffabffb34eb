import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { serveApi } from '../api/server.ts';
import { ensureToken } from '../api/token.ts';
import { FakeControl } from './fake-control.ts';
import { MAIN, run, writePlan } from './run-cli.ts';

/** For the folders of a test file; goes with its last test. */
export const root = mkdtempSync(join(tmpdir(), 'banyan-cli-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A folder with a plan, a control plane in memory behind a real API, and the command line run in that folder. */
export async function aShop(t: TestContext) {
  const fake = new FakeControl();
  const folder = mkdtempSync(join(root, 'shop-'));
  const api = await serveApi(fake, { host: '127.0.0.1', port: 0, token: ensureToken(folder) });
  t.after(() => api.close());
  writePlan(folder, api.port);
  const start = (...args: string[]) => run([MAIN, ...args], folder);
  return { fake, api, folder, start, banyan: (...args: string[]) => start(...args).ended };
}

/** Resolves when the process has written what matches. */
export function seen(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child[stream]!.on('data', (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
    child.on('close', () => reject(new Error(`ended without ${pattern}: ${text}`)));
  });
}
