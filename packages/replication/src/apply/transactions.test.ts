import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orphans } from '../catalog/orphans.ts';
import { LIMIT, pair, rowsOf, run, start, streaming } from '../testing/support.ts';
import { finish, THINGS, things } from '../testing/things.ts';

test('a transaction too large to hold is applied in parts inside one transaction of the target', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward', { batchRows: 100 }));
  await dbs.legacy.query(
    `BEGIN; INSERT INTO things SELECT i, md5(i::text) FROM generate_series(1, 3000) i; UPDATE things SET b = 'x' WHERE id <= 2000; DELETE FROM things WHERE id > 2900; COMMIT`,
  );
  await running.link.barrier(LIMIT);
  const sum = `SELECT count(*), min(xmin::text) = max(xmin::text), md5(string_agg(id || a || coalesce(b, ''), ',' ORDER BY id)) FROM things`;
  const [[count, , hash]] = (await rowsOf(dbs.legacy, sum)) as [[string, string, string]];
  assert.deepEqual(await rowsOf(dbs.service, sum), [[count, 't', hash]]);
  // One that does not fit as sets is read again and applied with care, still as a whole.
  await dbs.service.query('DELETE FROM things WHERE id = 2899');
  await dbs.legacy.query(`UPDATE things SET a = a || '!' WHERE id > 1500`);
  await running.link.barrier(LIMIT);
  for (;;) {
    await running.link.barrier(LIMIT);
    if ((await rowsOf(dbs.service, 'SELECT count(*) FROM things'))[0]![0] === '2900') break;
  }
  assert.equal((await rowsOf(dbs.legacy, sum))[0]![2], (await rowsOf(dbs.service, sum))[0]![2]);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind FROM banyan.conflicts'), [['update_missing']]);
  await finish(dbs, running);
});

test('a transaction that swaps unique values or reuses them is applied, though not as one set', async () => {
  const define = 'CREATE TABLE things (id int PRIMARY KEY, a text UNIQUE, b text)';
  const dbs = await pair(define, define, [things()]);
  const running = await start(dbs.config('forward'));
  await dbs.legacy.query(`INSERT INTO things VALUES (1, 'one'), (2, 'two'), (3, 'three')`);
  await dbs.legacy.query(
    `BEGIN; UPDATE things SET a = 'tmp' WHERE id = 1; UPDATE things SET a = 'one' WHERE id = 2; UPDATE things SET a = 'two' WHERE id = 1; COMMIT`,
  );
  await dbs.legacy.query(
    `BEGIN; DELETE FROM things WHERE id = 3; INSERT INTO things VALUES (4, 'three'); UPDATE things SET id = 3 WHERE id = 4; INSERT INTO things VALUES (4, 'four'); COMMIT`,
  );
  await running.link.barrier(LIMIT);
  const all = 'SELECT * FROM things ORDER BY id';
  assert.deepEqual(await rowsOf(dbs.service, all), await rowsOf(dbs.legacy, all));
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind FROM banyan.conflicts'), []);
  await finish(dbs, running);
});

test('a row the target refuses stops the stream with the facts, unacknowledged, and goes on once it takes it', async () => {
  const dbs = await pair(THINGS, `${THINGS}; ALTER TABLE things ADD CHECK (a <> 'bad')`, [things()]);
  const first = await start(dbs.config('forward'));
  await dbs.legacy.query(`INSERT INTO things VALUES (1, 'good')`);
  await dbs.legacy.query(`INSERT INTO things VALUES (2, 'bad')`);
  await dbs.legacy.query(`INSERT INTO things VALUES (3, 'good')`);
  await assert.rejects(first.ended, { code: 'APPLY_FAILED', message: /things_a_check/ });
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM things'), [['1']]);
  await dbs.service.query('ALTER TABLE things DROP CONSTRAINT things_a_check');
  const second = run(first.link);
  await streaming(second);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM things ORDER BY id'), [['1'], ['2'], ['3']]);
  await finish(dbs, second);
});

test('foreign keys and triggers of the target do not fire; orphans are found afterwards', async () => {
  const dbs = await pair(
    THINGS,
    `CREATE TABLE owners (id int PRIMARY KEY); CREATE TABLE things (id int PRIMARY KEY, a text, b text);
     ALTER TABLE things ADD COLUMN owner int GENERATED ALWAYS AS (id % 3) STORED REFERENCES owners;
     CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
     CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON things FOR EACH ROW EXECUTE FUNCTION refuse();
     INSERT INTO owners VALUES (0), (1)`,
    [things()],
  );
  await dbs.legacy.query(`INSERT INTO things SELECT generate_series(1, 9)`);
  const running = await start(dbs.config('forward'));
  await dbs.legacy.query(`UPDATE things SET a = 'x'; INSERT INTO things VALUES (11)`);
  await running.link.barrier(LIMIT);
  const [found] = await orphans(dbs.service, [{ schema: 'public', table: 'things' }]);
  assert.equal(found!.count, 4);
  assert.deepEqual(found!.sample, [{ owner: '2' }]);
  assert.deepEqual(await orphans(dbs.service, [{ schema: 'public', table: 'owners' }]), []);
  await finish(dbs, running);
});
