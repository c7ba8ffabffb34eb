import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { it } from 'node:test';
import { scratchFolder } from '@banyan/postgres/scratch-server';
import { system } from '../../systems/career-copilot/system.ts';
import { runChaos } from './run.ts';

/** The short version of `npm run chaos`, in whose time no more services than these would be moved. */
it('loses, doubles and resurrects no acknowledged write while processes are killed', {
  timeout: 600_000,
}, async () => {
  const directory = scratchFolder('banyan-chaos-');
  const services = ['auth', 'users', 'applications'];
  const result = await runChaos({ system, services, seed: 1, directory, chaosMs: 25_000 });
  assert.deepEqual(result.problems, []);
  assert.ok(result.kills.length > 0, 'nothing was killed');
  rmSync(directory, { recursive: true, force: true });
});
