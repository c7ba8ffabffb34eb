import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';
import { end, LIMIT, pair, rowsOf, run, start } from '../testing/support.ts';
import { verify } from '../verify/verify.ts';

const DEFINE = `CREATE TABLE things (id int PRIMARY KEY, email text NOT NULL UNIQUE, seat int, room text, CHECK (seat > 0));
  CREATE UNIQUE INDEX ON things (lower(email)); CREATE UNIQUE INDEX ON things (seat) WHERE room IS NULL`;
const mapping = table({ legacy: 'things', columns: [copy('id', 'email', 'seat', 'room')] });
const ALL = 'SELECT id, email, seat, room FROM things ORDER BY id';

async function seeded(rows: number) {
  const dbs = await pair(DEFINE, `${DEFINE}; ALTER TABLE things ADD version int NOT NULL DEFAULT 1`, [
    mapping,
  ]);
  await dbs.legacy.query(`INSERT INTO things SELECT i, 'E' || i, i FROM generate_series(1, ${rows}) i`);
  return dbs;
}

/** A unique value goes from a row that was copied to one that was not: by swapping, by deleting and inserting, by case. */
const MOVES = [
  `UPDATE things SET email = 'x' WHERE id = 1; UPDATE things SET email = 'E1' WHERE id = 95; UPDATE things SET email = 'E95' WHERE id = 1`,
  `DELETE FROM things WHERE id = 2; UPDATE things SET email = 'E2', seat = 2 WHERE id = 96`,
  `UPDATE things SET email = 'y' WHERE id = 3; UPDATE things SET email = 'e3' WHERE id = 97`,
  `UPDATE things SET seat = 1000 WHERE id = 4; UPDATE things SET seat = 4 WHERE id = 98`,
  `UPDATE things SET email = 'E1-' || id WHERE id BETWEEN 46 AND 55; UPDATE things SET email = 'E' || (101 - id) WHERE id BETWEEN 46 AND 55`,
];

test('a copy converges while unique values move to rows that are still to be copied', {
  timeout: 300_000,
}, async () => {
  const dbs = await seeded(100);
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  const moves = [...MOVES];
  let asked = 0;
  // Between two ranges, so that each finds what the moves before it have done.
  await link.copy({
    rangeRows: 10,
    workers: 1,
    throttle: {
      pause: async () => {
        if (asked++ > 0 && moves.length > 0) await dbs.legacy.query(`BEGIN; ${moves.shift()}; COMMIT`);
        return false;
      },
    },
  });
  assert.equal(moves.length, 0);
  const running = run(link);
  // Rows that stood in one another's way in the stream are sent again once it has passed the copy.
  for (let open = true; open; ) {
    for (let round = 0; round < 2; round++) await running.link.barrier(LIMIT);
    open = (await rowsOf(dbs.service, 'SELECT FROM banyan.repairs')).length > 0;
  }
  for (let round = 0; round < 2; round++) await running.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, ALL), await rowsOf(dbs.legacy, ALL));
  await end(dbs, running);
});

test('a copy over leftovers whose unique values changed places converges, and keeps what the mapping does not fill', {
  timeout: 300_000,
}, async () => {
  const dbs = await seeded(60);
  const first = await start(dbs.config('forward'));
  await first.stop();
  await first.link.drop();
  await dbs.service.query('UPDATE things SET version = 7');
  await dbs.legacy.query(
    `BEGIN; UPDATE things SET email = 'x' || id, seat = 1000 + id; UPDATE things SET email = 'E' || (61 - id), seat = 61 - id; DELETE FROM things WHERE id = 30; COMMIT`,
  );
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  await link.copy({ rangeRows: 7, workers: 1 });
  assert.deepEqual(await rowsOf(dbs.service, ALL), await rowsOf(dbs.legacy, ALL));
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM things WHERE version = 7'), [['59']]);
  await link.drop();
  await dbs.close();
});

test('rows that only the target forbids end the copy with the constraint, and it goes on once that is put right', {
  timeout: 300_000,
}, async () => {
  const dbs = await pair(
    'CREATE TABLE things (id int PRIMARY KEY, email text, seat int, room text)',
    DEFINE,
    [mapping],
  );
  await dbs.legacy.query(`INSERT INTO things SELECT i, 'same', i FROM generate_series(1, 4) i`);
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  await assert.rejects(link.copy(), { code: 'COPY_CONFLICT', message: /things.*unique constraint/ });
  await dbs.legacy.query(`UPDATE things SET email = 'E' || id`);
  assert.deepEqual(await link.copy(), { rows: 4, complete: true });
  await link.drop();
  await dbs.close();
});

/** Keys that the two servers order differently by themselves. */
const ORDERS: { what: string; legacy: string; service: string; key: string; rows: string }[] = [
  {
    what: 'by collation',
    legacy: 'CREATE TABLE things (id text COLLATE "C" PRIMARY KEY)',
    service: 'CREATE TABLE things (id text COLLATE "und-x-icu" PRIMARY KEY)',
    key: `(ARRAY['a', 'B', '-', 'Ä', 'z', '_'])[1 + i % 6] || i`,
    rows: '600',
  },
  {
    what: 'by the labels of an enum',
    legacy: `CREATE TYPE kind AS ENUM ('a', 'b', 'c', 'd'); CREATE TABLE things (id kind, n int, PRIMARY KEY (id, n))`,
    service: `CREATE TYPE kind AS ENUM ('d', 'b', 'a', 'c'); CREATE TABLE things (id kind, n int, PRIMARY KEY (id, n))`,
    key: `(ARRAY['a', 'b', 'c', 'd'])[1 + i % 4]::kind, i`,
    rows: '600',
  },
  {
    what: 'as number and as text',
    legacy: 'CREATE TABLE things (id int PRIMARY KEY)',
    service: 'CREATE TABLE things (id text PRIMARY KEY)',
    key: 'i - 300',
    rows: '600',
  },
];

for (const { what, legacy, service, key, rows } of ORDERS)
  test(`keys that are ordered differently ${what} are copied again without loss, and compared to the last row`, {
    timeout: 300_000,
  }, async () => {
    const columns = what.includes('enum') ? ['id', 'n'] : ['id'];
    const side = { table: 'things', key: columns };
    const mapped = table({ legacy: side, service: side, columns: [copy(...columns)] });
    const dbs = await pair(legacy, service, [mapped]);
    await dbs.legacy.query(`INSERT INTO things SELECT ${key} FROM generate_series(1, ${rows}) i`);
    for (let life = 0; life < 2; life++) {
      const link = openLink(dbs.config('forward'));
      await link.prepare();
      await link.copy({ rangeRows: 50 });
      await link.drop();
    }
    assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM things'), [[rows]]);
    const check = { legacy: dbs.legacyUrl, service: dbs.serviceUrl, mapping: mapped, salt: 'x', share: 0 };
    const options = { ...check, rangeRows: 100, waitApplied: async () => {} };
    assert.equal((await verify(options)).consistent, Number(rows));
    await dbs.service.query(
      `DELETE FROM things WHERE ctid IN (SELECT ctid FROM things ORDER BY md5(id::text) LIMIT 250)`,
    );
    const verdict = await verify(options);
    assert.deepEqual([verdict.rows, verdict.missingInNew, verdict.consistent], [600, 250, 350]);
    await dbs.close();
  });
