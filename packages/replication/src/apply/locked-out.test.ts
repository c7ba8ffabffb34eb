import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@banyan/postgres';
import { LIMIT, pair, rowsOf, start } from '../testing/support.ts';
import { finish, THINGS, things } from '../testing/things.ts';

/** More tries than an error of the target would have before the link stops. */
const TRIES = 12;
const DEADLOCK_MS = 400;

const CHANGES = {
  'as one set': `UPDATE things SET a = 'new'`,
  'row by row': `BEGIN; UPDATE things SET a = 'tmp' WHERE id = 1; UPDATE things SET a = 'new', id = 3 WHERE id = 1; UPDATE things SET id = 1 WHERE id = 3; UPDATE things SET a = 'new' WHERE id = 2; COMMIT`,
};

for (const [how, change] of Object.entries(CHANGES)) {
  test(`no transaction of an application is ended by a deadlock with changes that are applied ${how}`, {
    timeout: 300_000,
  }, async () => {
    const dbs = await pair(THINGS, THINGS, [things()]);
    const name = new URL(dbs.serviceUrl).pathname.slice(1);
    await dbs.service.query(`ALTER DATABASE ${name} SET deadlock_timeout = ${DEADLOCK_MS}`);
    const running = await start(dbs.config('forward'));
    await dbs.legacy.query(`INSERT INTO things VALUES (1, 'old'), (2, 'old')`);
    await running.link.barrier(LIMIT);
    const applications = createPool(dbs.serviceUrl, { max: 1 });
    const application = await applications.connect();
    await application.query('BEGIN');
    await application.query(`UPDATE things SET b = 'theirs' WHERE id = 2`);
    await dbs.legacy.query(change);
    // The apply has row 1 and wants row 2: long enough to have looked for a deadlock itself, or for so many tries.
    const waits = new Map<string, number>();
    while (waits.size < TRIES && Math.max(0, ...waits.values()) < DEADLOCK_MS * 1.2) {
      const { rows } = await dbs.service.query<{ since: string; ms: number }>(
        `SELECT waitstart::text AS since, extract(epoch FROM clock_timestamp() - waitstart)::float8 * 1000 AS ms
         FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE NOT granted AND waitstart IS NOT NULL AND datname = current_database()`,
      );
      for (const { since, ms } of rows) waits.set(since, ms);
      await delay(5);
    }
    await application.query(`UPDATE things SET b = 'theirs' WHERE id = 1`);
    await application.query('COMMIT');
    application.release();
    await running.link.barrier(LIMIT);
    assert.deepEqual(await rowsOf(dbs.service, 'SELECT id, a FROM things ORDER BY id'), [
      ['1', 'new'],
      ['2', 'new'],
    ]);
    assert.equal(running.link.status().state, 'streaming');
    await applications.end();
    await finish(dbs, running);
  });
}
