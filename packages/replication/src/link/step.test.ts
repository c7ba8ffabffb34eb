import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  bothLinks,
  end,
  equalUsers,
  LIMIT,
  type Running,
  rowsOf,
  run,
  settle,
  streaming,
} from '../testing/support.ts';
import { openLink } from './link.ts';

/** As the controller makes a step: the other link waits with its backlog, the one whose side loses the keys is drained. */
async function step(marked: Running, other: Running, share: number): Promise<void> {
  other.link.hold();
  await marked.link.barrier({ ...LIMIT, lock: true, hold: true });
  for (const { link } of [marked, other]) link.release(share);
}

test('a step back with a backlog: what the monolith wrote of its own column does not bring old values of the service along', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  forward.link.hold();
  reverse.link.hold();
  await dbs.service.query(`UPDATE people SET first_name = 'New' WHERE person_id = 1`);
  await dbs.legacy.query(`UPDATE users SET last_login = '2024-05-06T07:08:09Z' WHERE id = 1`);
  reverse.link.release(10_000);
  await reverse.link.barrier(LIMIT);
  await step(reverse, forward, 0);
  await settle(dbs, forward, reverse);
  const [row] = await equalUsers(dbs);
  assert.deepEqual(row, ['1', 'New 1', 'mail1', '2024-05-06 07:08:09+00']);
  await end(dbs, forward, reverse);
});

test('a backlog that outlives its links and two steps is judged by the shares under which it was written', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  forward.link.hold();
  await dbs.service.query(`UPDATE people SET first_name = 'New' WHERE person_id = 1`);
  await dbs.legacy.query(`UPDATE users SET last_login = '2024-01-01T00:00:00Z' WHERE id = 1`);
  await step(reverse, forward, 0);
  forward.link.hold();
  await dbs.legacy.query(`UPDATE users SET full_name = 'Back 2' WHERE id = 2`);
  await forward.stop();
  await reverse.stop();
  const again = [run(openLink(dbs.config('forward'))), run(openLink(dbs.config('reverse')))] as const;
  await streaming(...again);
  await step(again[0], again[1], 10_000);
  await dbs.service.query(`UPDATE people SET first_name = 'Newer' WHERE person_id = 2`);
  await settle(dbs, ...again);
  assert.deepEqual(
    (await equalUsers(dbs)).map((row) => row[1]),
    ['New 1', 'Newer 2', 'User 3'],
  );
  await end(dbs, ...again);
});

test('links that die between the decision of a step and their release go on by what was decided', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  forward.link.hold();
  await dbs.service.query(`UPDATE people SET first_name = 'New' WHERE person_id = 1`);
  await dbs.legacy.query(`UPDATE users SET last_login = '2024-01-01T00:00:00Z' WHERE id = 1`);
  await reverse.link.barrier({ ...LIMIT, lock: true, hold: true });
  // Decided: the monolith owns the rows now, and writes.
  await dbs.legacy.query(`UPDATE users SET full_name = 'Moved 3' WHERE id = 3`);
  await forward.stop();
  await reverse.stop();
  const again = [run(openLink(dbs.config('forward'))), run(openLink(dbs.config('reverse')))] as const;
  await streaming(...again);
  await settle(dbs, ...again);
  assert.deepEqual(
    (await equalUsers(dbs)).map((row) => row[1]),
    ['New 1', 'User 2', 'Moved 3'],
  );
  await end(dbs, ...again);
});

test('a step that is aborted changes nothing', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  forward.link.hold();
  await dbs.service.query(`UPDATE people SET first_name = 'New' WHERE person_id = 1`);
  await dbs.legacy.query(`UPDATE users SET last_login = '2024-01-01T00:00:00Z' WHERE id = 1`);
  await step(reverse, forward, 10_000);
  await dbs.service.query(`UPDATE people SET first_name = 'Newer' WHERE person_id = 2`);
  await settle(dbs, forward, reverse);
  assert.deepEqual(
    (await equalUsers(dbs)).map((row) => row[1]),
    ['New 1', 'Newer 2', 'User 3'],
  );
  await end(dbs, forward, reverse);
});

test('the service deletes a row and inserts it again while the monolith writes its own column: both end equal', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  reverse.link.hold();
  await dbs.service.query('DELETE FROM people WHERE person_id = 1');
  await dbs.service.query(
    `INSERT INTO people (person_id, first_name, last_name, email) VALUES (1, 'Again', '1', 'mail1')`,
  );
  await dbs.legacy.query(`UPDATE users SET last_login = '2024-01-01T00:00:00Z' WHERE id = 1`);
  await forward.link.barrier(LIMIT);
  reverse.link.release(10_000);
  await settle(dbs, forward, reverse);
  assert.deepEqual((await equalUsers(dbs))[0], ['1', 'Again 1', 'mail1', null]);
  await end(dbs, forward, reverse);
});

test('many rows deleted and inserted again, and one that gets another key, keep the columns of the monolith equal', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  await dbs.legacy.query(
    `INSERT INTO users (full_name, email) SELECT 'User ' || i, 'mail' || i FROM generate_series(4, 200) i`,
  );
  await settle(dbs, forward, reverse);
  reverse.link.hold();
  await dbs.service.query(
    `BEGIN; CREATE TEMP TABLE kept AS SELECT * FROM people WHERE person_id > 3; DELETE FROM people WHERE person_id > 3;
     INSERT INTO people (person_id, first_name, last_name, email) SELECT person_id, 'Again', last_name, email FROM kept; COMMIT`,
  );
  await dbs.service.query('UPDATE people SET person_id = 1001 WHERE person_id = 1');
  await dbs.legacy.query(`UPDATE users SET last_login = '2024-01-01T00:00:00Z'`);
  await forward.link.barrier(LIMIT);
  reverse.link.release(10_000);
  await settle(dbs, forward, reverse);
  const rows = await equalUsers(dbs);
  assert.equal(rows.length, 200);
  assert.deepEqual(rows.at(-1), ['1001', 'User 1', 'mail1', '2024-01-01 00:00:00+00']);
  await end(dbs, forward, reverse);
});

test('a value of its own column that the service refuses stops no link', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  await dbs.service.query(
    `ALTER TABLE people ALTER last_login SET DEFAULT now(); UPDATE people SET last_login = now(); ALTER TABLE people ALTER last_login SET NOT NULL`,
  );
  await dbs.service.query(`INSERT INTO people (person_id, first_name, email) VALUES (4, 'Cher', 'mail4')`);
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind, winner FROM banyan.conflicts'), [
    ['update_origin_differs', 'service'],
  ]);
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT full_name FROM users WHERE id = 4'), [['Cher']]);
  await end(dbs, forward, reverse);
});

test('a write of the wrong side and a step right after it: both sides end equal, whichever way they cross', async () => {
  for (const [share, next] of [
    [0, 10_000],
    [10_000, 0],
  ] as const)
    for (const pause of [0, 5, 20]) {
      const { dbs, forward, reverse } = await bothLinks(share);
      const [loser, winner] = next > share ? [forward, reverse] : [reverse, forward];
      if (next > share) await dbs.service.query(`UPDATE people SET first_name = 'Wrong' WHERE person_id = 1`);
      else await dbs.legacy.query(`UPDATE users SET full_name = 'Wrong 1' WHERE id = 1`);
      await delay(pause);
      await step(loser, winner, next);
      await settle(dbs, forward, reverse);
      await equalUsers(dbs);
      await end(dbs, forward, reverse);
    }
});
