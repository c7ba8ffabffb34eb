import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copy, table } from '../mapping/mapping.ts';
import { end, LIMIT, pair, rowsOf, start } from '../testing/support.ts';

const TABLES = `
  CREATE TABLE apps (id int PRIMARY KEY, user_id int);
  CREATE TABLE timeline (id int PRIMARY KEY, app_id int REFERENCES apps ON DELETE CASCADE, what text)`;
const MAPPINGS = [
  table({
    legacy: 'apps',
    owner: { by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' },
    columns: [copy('id', 'user_id')],
  }),
  table({
    legacy: 'timeline',
    owner: { by: 'parent', table: 'apps', column: 'app_id' },
    columns: [copy('id', 'app_id', 'what')],
    append: true,
  }),
];

test('an update or delete in an append-only table is applied and named; a row that goes with its parent is not', async () => {
  const dbs = await pair(TABLES, TABLES, MAPPINGS);
  await dbs.legacy.query(
    `INSERT INTO apps SELECT i, i FROM generate_series(1, 3) i;
     INSERT INTO timeline SELECT i, (i - 1) % 3 + 1, 'made' FROM generate_series(1, 9) i`,
  );
  const forward = await start(dbs.config('forward'));
  await forward.link.barrier(LIMIT);
  await dbs.legacy.query(`INSERT INTO timeline VALUES (10, 1, 'more')`);
  await dbs.legacy.query('DELETE FROM apps WHERE id = 3');
  await forward.link.barrier(LIMIT);
  const named = 'SELECT kind, table_name, key::text, winner, detail FROM banyan.conflicts ORDER BY id';
  assert.deepEqual(await rowsOf(dbs.service, named), []);
  await dbs.legacy.query(
    `UPDATE timeline SET what = 'rewritten' WHERE id = 1; DELETE FROM timeline WHERE id = 2`,
  );
  await forward.link.barrier(LIMIT);
  const says = (what: string) =>
    `The table is append-only by the plan; a row of it was ${what}d on the monolith's side.`;
  assert.deepEqual(await rowsOf(dbs.service, named), [
    ['append_only_changed', 'public.timeline', '{"id": "1"}', 'monolith', says('update')],
    ['append_only_changed', 'public.timeline', '{"id": "2"}', 'monolith', says('delete')],
  ]);
  const read = 'SELECT * FROM timeline ORDER BY id';
  const rows = await rowsOf(dbs.legacy, read);
  assert.deepEqual(await rowsOf(dbs.service, read), rows);
  assert.deepEqual(
    rows.map(([id]) => id),
    ['1', '4', '5', '7', '8', '10'],
  );
  await end(dbs, forward);
});
