import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';
import { pair, rowsOf, run } from '../testing/support.ts';
import { finish, THINGS, things } from '../testing/things.ts';

test('rows that are not ours in the target stop the copy before a row is written', async () => {
  const dbs = await pair(THINGS, `${THINGS}; INSERT INTO things VALUES (5, 'theirs', '')`, [things()]);
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  await assert.rejects(link.copy(), { code: 'TARGET_NOT_EMPTY', message: /public.things/ });
  await assert.rejects(link.copy(), { code: 'TARGET_NOT_EMPTY' });
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT a FROM things'), [['theirs']]);
  await link.drop();
  await dbs.close();
});

test('a copy that was interrupted goes on, a copy onto our own leftovers brings them up to date', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  await dbs.legacy.query(
    `INSERT INTO things SELECT i * 3, md5(i::text), NULL FROM generate_series(1, 1000) i`,
  );
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  const stopper = new AbortController();
  const half = await link.copy({
    signal: stopper.signal,
    rangeRows: 100,
    onProgress: ({ rows }) => void (rows >= 300 && stopper.abort()),
  });
  assert.ok(!half.complete && half.rows >= 300 && half.rows < 1000);
  await assert.rejects(link.stream({ signal: new AbortController().signal }), { code: 'COPY_UNFINISHED' });
  const seen: number[] = [];
  const whole = await link.copy({
    rangeRows: 100,
    onProgress: ({ rows, total }) => {
      seen.push(rows);
      assert.ok(total >= rows);
    },
  });
  assert.deepEqual(whole, { rows: 1000, complete: true });
  assert.equal(seen.at(-1), 1000);
  assert.deepEqual(await link.copy(), { rows: 1000, complete: true });
  await link.drop();
  await dbs.legacy.query(
    `DELETE FROM things WHERE id % 7 = 0; UPDATE things SET a = 'new' WHERE id % 5 = 0; INSERT INTO things SELECT i * 3 + 1, 'more' FROM generate_series(1, 500) i`,
  );
  const again = openLink(dbs.config('forward'));
  assert.deepEqual(await again.preflight(), []);
  await again.prepare();
  await again.copy({ rangeRows: 100, workers: 3 });
  const all = 'SELECT * FROM things ORDER BY id';
  assert.deepEqual(await rowsOf(dbs.service, all), await rowsOf(dbs.legacy, all));
  await again.drop();
  await dbs.close();
});

test('keys of texts and of several columns are copied in ranges, whatever they contain', async () => {
  const define = 'CREATE TABLE things (id text, n int, u uuid, a text, PRIMARY KEY (id, n, u))';
  const dbs = await pair(define, define, [
    table({ legacy: { table: 'things', key: ['id', 'n', 'u'] }, columns: [copy('id', 'n', 'u', 'a')] }),
  ]);
  await dbs.legacy.query(
    `INSERT INTO things SELECT (ARRAY['', '''', '\\', 'Ä', 'a b', 'é', 'z'])[1 + i % 7] || i % 11, i % 3, gen_random_uuid(), i FROM generate_series(1, 700) i`,
  );
  const running = await (async () => {
    const link = openLink(dbs.config('forward'));
    await link.prepare();
    await link.copy({ rangeRows: 37 });
    return run(link);
  })();
  const all = 'SELECT * FROM things ORDER BY id, n, u';
  assert.deepEqual(await rowsOf(dbs.service, all), await rowsOf(dbs.legacy, all));
  assert.equal(Number((await rowsOf(dbs.service, 'SELECT count(*) FROM banyan.ranges'))[0]![0]), 19);
  await finish(dbs, running);
});
