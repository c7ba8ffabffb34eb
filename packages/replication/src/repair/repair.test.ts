import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { copy, table } from '../mapping/mapping.ts';
import { end, LIMIT, pair, rowsOf, start } from '../testing/support.ts';
import { repair } from './repair.ts';

const THINGS = 'CREATE TABLE things (id int PRIMARY KEY, a text)';
const things = () => table({ legacy: 'things', columns: [copy('id', 'a')] });

test('a repair that comes to a deadlock with a writer begins again, and both sides end equal', {
  timeout: 300_000,
}, async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  await dbs.legacy.query(`INSERT INTO things VALUES (1, 'one'), (2, 'two')`);
  const forward = await start(dbs.config('forward'));
  await dbs.service.query(`UPDATE things SET a = 'stray'`);
  const writer = await dbs.legacy.connect();
  // The other one is who has to give way.
  await writer.query(`SET deadlock_timeout = '10min'`);
  await writer.query(`BEGIN; UPDATE things SET a = 'second' WHERE id = 2`);
  const repairing = repairAll(dbs, forward.link.config.service);
  await waitsForRow(dbs.legacy);
  await writer.query(`UPDATE things SET a = 'first' WHERE id = 1`);
  await writer.query('COMMIT');
  await writer.query('RESET deadlock_timeout');
  writer.release();
  assert.equal(await repairing, 2);
  await forward.link.barrier(LIMIT);
  const all = 'SELECT * FROM things ORDER BY id';
  assert.deepEqual(await rowsOf(dbs.service, all), [
    ['1', 'first'],
    ['2', 'second'],
  ]);
  await end(dbs, forward);
});

test('repairs that a link asked for and cannot send say why, and are sent once they can be', {
  timeout: 300_000,
}, async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  await dbs.legacy.query(`INSERT INTO things VALUES (1, 'one')`);
  const forward = await start(dbs.config('forward'));
  await forward.link.barrier(LIMIT);
  const writer = await dbs.legacy.connect();
  await writer.query('BEGIN; SELECT FROM things FOR UPDATE');
  await dbs.service.query(`UPDATE things SET a = 'stray'`);
  await dbs.service.query(
    `INSERT INTO banyan.repairs (link, table_name, key, owner) VALUES ($1, 'public.things', '{"id": "1"}', 'monolith')`,
    [forward.link.names.link],
  );
  // Has the link look at what is asked for.
  await dbs.legacy.query(`INSERT INTO things VALUES (2, 'two')`);
  await forward.link.barrier(LIMIT);
  await dbs.service.query(`DELETE FROM things WHERE id = 2`);
  await dbs.legacy.query(`UPDATE things SET a = 'zwei' WHERE id = 2`);
  while (!/things.*lock timeout/.test(forward.link.status().repairsFailure ?? '')) await delay(20);
  await writer.query('COMMIT');
  writer.release();
  while ((await forward.link.repairs()).open > 0) await delay(20);
  await forward.link.barrier(LIMIT);
  assert.equal(forward.link.status().repairsFailure, undefined);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT a FROM things ORDER BY id'), [['one'], ['zwei']]);
  await end(dbs, forward);
});

const COMES = {
  inserted: `INSERT INTO things VALUES (2, 'two')`,
  'given its key': 'UPDATE things SET id = 2 WHERE id = 3',
};

for (const [comes, sql] of Object.entries(COMES)) {
  test(`a row that is ${comes} while its absence is looked at is not deleted on the other side`, {
    timeout: 300_000,
  }, async () => {
    const dbs = await pair(THINGS, THINGS, [things()]);
    await dbs.legacy.query(`INSERT INTO things VALUES (1, 'one'), (3, 'two')`);
    const forward = await start(dbs.config('forward'));
    // What is looked at together with the missing row waits for this one, and the insert comes meanwhile.
    const writer = await dbs.legacy.connect();
    await writer.query(`BEGIN; UPDATE things SET a = 'first' WHERE id = 1`);
    const repairing = repairAll(dbs, forward.link.config.service);
    await waitsForRow(dbs.legacy);
    await dbs.legacy.query(sql);
    await writer.query('COMMIT');
    writer.release();
    assert.equal(await repairing, 2);
    await forward.link.barrier(LIMIT);
    assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM things WHERE id < 3 ORDER BY id'), [
      ['1', 'first'],
      ['2', 'two'],
    ]);
    await end(dbs, forward);
  });
}

async function repairAll(dbs: Awaited<ReturnType<typeof pair>>, serviceName: string): Promise<number> {
  return await repair({
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    serviceName,
    mapping: things(),
    share: 0,
    keys: [{ id: '2' }, { id: '1' }],
  });
}

async function waitsForRow(db: pg.Pool): Promise<void> {
  for (;;) {
    const { rowCount } = await db.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'banyan-repair' AND wait_event_type = 'Lock' AND datname = current_database()`,
    );
    if (rowCount) return;
    await delay(10);
  }
}
