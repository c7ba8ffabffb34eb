import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { it } from 'node:test';
import { startEnvironment } from '@banyan/harness/run';
import { createPool } from '@banyan/postgres';
import { scratchFolder } from '@banyan/postgres/scratch-server';
import { system } from '../../systems/career-copilot/system.ts';

/** A token that a service does not take ends the start: that it ends well says that guests came in everywhere. */
it('guests are let in by every service with what the gateway signs, and leave nothing behind', async (t) => {
  const directory = scratchFolder('warm-');
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const settings = { fsync: 'off' };
  const environment = await startEnvironment({
    system,
    directory,
    users: 50,
    settings,
    gatewayWorkers: 1,
    warm: true,
    warmUpRounds: 10,
  });
  t.after(() => environment.stop());
  for (const [service, table] of [
    ['auth', 'accounts'],
    ['users', 'profiles'],
  ] as const) {
    const pool = createPool(environment.databases.get(service)!, { max: 1 });
    const { rowCount } = await pool.query(`SELECT FROM ${table}`);
    await pool.end();
    assert.equal(rowCount, 0, service);
  }
});
