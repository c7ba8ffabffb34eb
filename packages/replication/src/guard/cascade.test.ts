import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';
import { end, LIMIT, pair, rowsOf, run, setShare, settle, start } from '../testing/support.ts';
import { installGuard, refusedWrites, setGuard } from './guard.ts';

const LEGACY = `
  CREATE TABLE authors (id int PRIMARY KEY);
  CREATE TABLE topics (id int PRIMARY KEY);
  CREATE TABLE posts (
    id int PRIMARY KEY,
    author int NOT NULL REFERENCES authors ON DELETE CASCADE ON UPDATE CASCADE,
    topic int REFERENCES topics ON DELETE SET NULL,
    answers int REFERENCES posts ON DELETE CASCADE,
    title text
  );
  INSERT INTO authors SELECT generate_series(1, 4);
  INSERT INTO topics SELECT generate_series(1, 4);
  INSERT INTO posts SELECT i, 1 + i % 4, 1 + i % 4, NULL, 'post ' || i FROM generate_series(1, 24) i;
  UPDATE posts SET answers = 2 WHERE id = 4`;
const SERVICE =
  'CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL, topic int, answers int, title text)';
const POSTS = 'SELECT id, author, topic, answers, title FROM posts ORDER BY id';

/** Both links and the guard, at `share`. Posts belong to their own ids: authors and topics are the monolith's. */
async function posts(share: number, cascades: 'carry' | 'refuse' = 'carry', legacy = LEGACY) {
  const mapping = table({
    legacy: 'posts',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: [copy('id', 'author', 'topic', 'answers', 'title')],
  });
  const dbs = await pair(legacy, SERVICE, [mapping]);
  const forward = await start(dbs.config('forward'));
  const reverse = openLink(dbs.config('reverse'));
  await reverse.prepare();
  const back = run(reverse);
  await setShare(forward, share);
  await setShare(back, share);
  const { service } = dbs.config('forward');
  await installGuard(dbs.legacy, { service, tables: [mapping], salt: 'users', cascades });
  await setGuard(dbs.legacy, { service, share });
  const same = async () => {
    await settle(dbs, forward, back);
    const [legacy, own] = await Promise.all([dbs.legacy, dbs.service].map((db) => rowsOf(db, POSTS)));
    assert.deepEqual(own, legacy);
    return legacy!;
  };
  return { dbs, forward, back, service, same, close: () => end(dbs, forward, back) };
}

for (const share of [5_000, 10_000])
  test(`what the monolith deletes, unsets or renames by its own cascades is carried to the service, at ${share / 100} %`, async () => {
    const { dbs, service, same, close } = await posts(share);
    await dbs.legacy.query('DELETE FROM authors WHERE id = 3; DELETE FROM topics WHERE id = 1');
    await dbs.legacy.query('UPDATE authors SET id = 9 WHERE id = 4');
    const rows = await same();
    assert.deepEqual(
      rows.filter(([id]) => Number(id) <= 8),
      [
        ['1', '2', '2', null, 'post 1'],
        ['3', '9', '4', null, 'post 3'],
        ['5', '2', '2', null, 'post 5'],
        ['7', '9', '4', null, 'post 7'],
        ['8', '1', null, null, 'post 8'],
      ],
      'post 4 answered post 2, which went with its author',
    );
    assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind FROM banyan.conflicts'), []);
    assert.deepEqual((await refusedWrites(dbs.legacy, [service])).counts, [0]);
    await close();
  });

test('a write of the service that crosses the cascade neither brings the row back nor leaves it on one side', async () => {
  const { dbs, forward, back, same, close } = await posts(10_000);
  forward.link.hold();
  await dbs.legacy.query('DELETE FROM authors WHERE id = 1');
  await dbs.service.query(`UPDATE posts SET title = 'crossed' WHERE author = 1`);
  await settle(dbs, back);
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT id FROM posts WHERE author = 1'), []);
  forward.link.release(10_000);
  assert.equal((await same()).length, 18);

  back.link.hold();
  await dbs.service.query(`UPDATE posts SET title = 'crossed' WHERE author = 2`);
  await dbs.legacy.query('DELETE FROM authors WHERE id = 2');
  await forward.link.barrier(LIMIT);
  back.link.release(10_000);
  assert.equal((await same()).length, 12);
  await close();
});

test('a value that a cascade unsets stays unset although the service wrote the row at the same time, and its write too', async () => {
  const { dbs, forward, back, same, close } = await posts(10_000);
  forward.link.hold();
  await dbs.legacy.query('DELETE FROM topics WHERE id = 1');
  await dbs.service.query(`UPDATE posts SET title = 'crossed' WHERE topic = 1`);
  await settle(dbs, back);
  forward.link.release(10_000);
  const rows = await same();
  assert.equal(rows.filter(([, , topic, , title]) => topic === null && title === 'crossed').length, 6);
  await close();
});

test("a trigger of the monolith's own on another table may write to what the service owns, and is carried", async () => {
  const { dbs, same, close } = await posts(10_000);
  await dbs.legacy.query(`
    CREATE FUNCTION retitle() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE posts SET title = 'by ' || NEW.id WHERE author = NEW.id; RETURN NEW; END $$;
    CREATE TRIGGER retitle AFTER UPDATE ON authors FOR EACH ROW EXECUTE FUNCTION retitle()`);
  await dbs.legacy.query('UPDATE authors SET id = id WHERE id = 2');
  const rows = await same();
  assert.equal(rows.filter(([, , , , title]) => title === 'by 2').length, 6);
  await close();
});

test('where the plan says to refuse, a cascade fails as a write by hand does, and is counted', async () => {
  const { dbs, service, same, close } = await posts(10_000, 'refuse');
  await assert.rejects(dbs.legacy.query('DELETE FROM authors WHERE id = 3'), { code: 'BA001' });
  assert.deepEqual((await refusedWrites(dbs.legacy, [service])).counts, [1]);
  assert.equal((await same()).length, 24);
  await close();
});

const CONFLICTS = 'SELECT kind, winner, count(*) FROM banyan.conflicts GROUP BY 1, 2 ORDER BY 1, 2';

for (const share of [5_000, 10_000])
  for (const together of [true, false])
    test(`a row of the service whose parent the monolith deletes before it arrives ends as the foreign key has it, at ${share / 100} %, ${together ? 'in one transaction' : 'one by one'}`, async () => {
      const { dbs, back, forward, same, close } = await posts(share);
      // With their parents there, as many are nothing special.
      await dbs.service.query(`INSERT INTO posts SELECT i, 2, 2, NULL, 'old' FROM generate_series(30, 95) i`);
      assert.equal((await same()).length, 24 + 66);
      back.link.hold();
      // 60: by COPY, if nothing were wrong. Authors 1 and topic 1 go.
      const insert = (from: number, to: number) =>
        dbs.service.query(
          `INSERT INTO posts SELECT i, 1 + i % 4, 1 + i / 4 % 4, NULL, 'new' FROM generate_series(${from}, ${to}) i`,
        );
      if (together) await insert(100, 159);
      else for (let id = 100; id < 160; id++) await insert(id, id);
      await dbs.legacy.query('DELETE FROM authors WHERE id = 1; DELETE FROM topics WHERE id = 1');
      await forward.link.barrier(LIMIT);
      back.link.release(share);
      const expected: (string | null)[][] = [];
      for (let id = 100; id < 160; id++) {
        const [author, topic] = [1 + (id % 4), 1 + (Math.floor(id / 4) % 4)];
        if (author !== 1)
          expected.push([String(id), String(author), topic === 1 ? null : String(topic), null, 'new']);
      }
      const rows = await same();
      assert.deepEqual(
        rows.filter(([id]) => Number(id) >= 100),
        expected,
      );
      const unset = expected.filter(([, , topic]) => topic === null).length;
      assert.deepEqual(await rowsOf(dbs.legacy, CONFLICTS), [
        ['parent_missing', 'monolith', String(15 + unset)],
      ]);
      await close();
    });

test('a row that the service leads to a parent which the monolith deletes goes with it; one that was without stays', async () => {
  const { dbs, back, forward, same, close } = await posts(10_000);
  const stray = `INSERT INTO posts VALUES (50, 77, NULL, NULL, 'stray')`;
  await dbs.legacy.query(`BEGIN; SET LOCAL session_replication_role = replica; ${stray}; COMMIT`);
  await forward.link.barrier(LIMIT);
  back.link.hold();
  await dbs.service.query(`UPDATE posts SET title = 'still astray' WHERE id = 50`);
  await dbs.service.query(
    `UPDATE posts SET author = 1 WHERE id = 5; UPDATE posts SET topic = 1 WHERE id = 6`,
  );
  await dbs.service.query('UPDATE posts SET id = 60, author = 1 WHERE id = 9');
  await dbs.service.query(`INSERT INTO posts VALUES (70, 1, NULL, NULL, 'changed at once')`);
  await dbs.service.query(`UPDATE posts SET title = 'changed' WHERE id = 70`);
  await dbs.legacy.query('DELETE FROM authors WHERE id = 1; DELETE FROM topics WHERE id = 1');
  await forward.link.barrier(LIMIT);
  back.link.release(10_000);
  const rows = await same();
  const found = (id: number) => rows.find(([each]) => each === String(id));
  assert.equal(found(50)?.[4], 'still astray');
  for (const id of [5, 9, 60, 70]) assert.equal(found(id), undefined);
  assert.deepEqual(found(6), ['6', '3', null, null, 'post 6']);
  await close();
});

test('a row that the service has moved to another parent meanwhile is on both sides or on none', async () => {
  const { dbs, back, forward, same, close } = await posts(10_000);
  back.link.hold();
  await dbs.service.query(`INSERT INTO posts VALUES (70, 1, 1, NULL, 'moves')`);
  await dbs.service.query('UPDATE posts SET author = 2 WHERE id = 70');
  await dbs.legacy.query('DELETE FROM authors WHERE id = 1');
  await forward.link.barrier(LIMIT);
  back.link.release(10_000);
  await same();
  await close();
});

test('a row whose parent the monolith deletes gets the default that its foreign key says, also one that crosses it', async () => {
  const legacy = LEGACY.replace(
    'topic int REFERENCES topics ON DELETE SET NULL',
    'topic int DEFAULT 2 REFERENCES topics ON DELETE SET DEFAULT',
  );
  const { dbs, back, forward, same, close } = await posts(10_000, 'carry', legacy);
  await dbs.legacy.query('DELETE FROM topics WHERE id = 1');
  const moved = await same();
  assert.equal(moved.filter(([, , topic]) => topic === '2').length, 12);
  back.link.hold();
  await dbs.service.query(`INSERT INTO posts VALUES (70, 2, 3, NULL, 'new')`);
  await dbs.service.query('UPDATE posts SET topic = 3 WHERE id = 5');
  await dbs.legacy.query('DELETE FROM topics WHERE id = 3');
  await forward.link.barrier(LIMIT);
  back.link.release(10_000);
  const rows = await same();
  const topicOf = (id: number) => rows.find(([each]) => each === String(id))![2];
  assert.deepEqual([topicOf(70), topicOf(5)], ['2', '2']);
  assert.equal(rows.filter(([, , topic]) => topic === '3').length, 0);
  assert.deepEqual(
    (await rowsOf(dbs.legacy, CONFLICTS)).map(([kind]) => kind),
    ['parent_missing'],
  );
  await close();
});

test('where the parent could not have been deleted, the row stays and the conflict is told', async () => {
  const { dbs, back, same, close } = await posts(10_000, 'carry', LEGACY.replace('ON DELETE SET NULL', ''));
  back.link.hold();
  await dbs.legacy.query('INSERT INTO topics VALUES (8)');
  await dbs.service.query(`INSERT INTO posts VALUES (70, 2, 8, NULL, 'kept')`);
  await dbs.legacy.query('DELETE FROM topics WHERE id = 8');
  back.link.release(10_000);
  const rows = await same();
  assert.deepEqual(rows.at(-1), ['70', '2', '8', null, 'kept']);
  assert.deepEqual(await rowsOf(dbs.legacy, CONFLICTS), [['parent_missing', 'service', '1']]);
  await close();
});

test('a deletion of the parent that is under way is waited for, and one that comes later waits and finds the row', async () => {
  const { dbs, service, same, close } = await posts(10_000);
  const waiting = async (sql: string, count: number) => {
    const blocked = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND ${sql}`;
    while ((await dbs.legacy.query(blocked)).rowCount !== count)
      await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const applier = `application_name = 'banyan_${service}_reverse'`;
  const first = await dbs.legacy.connect();
  await first.query('BEGIN; DELETE FROM authors WHERE id = 1');
  await dbs.service.query(`INSERT INTO posts VALUES (70, 1, NULL, NULL, 'late')`);
  await waiting(applier, 1);
  await first.query('COMMIT');
  assert.equal((await same()).length, 18);

  await first.query('BEGIN; LOCK TABLE posts IN SHARE MODE');
  await dbs.service.query(`INSERT INTO posts VALUES (71, 2, NULL, NULL, 'early')`);
  await waiting(applier, 1);
  const deletion = dbs.legacy.query('DELETE FROM authors WHERE id = 2');
  await waiting(`query = 'DELETE FROM authors WHERE id = 2'`, 1);
  await first.query('COMMIT');
  await deletion;
  first.release();
  assert.equal((await same()).length, 12);
  await close();
});

test('a parent that another service moves may be on its way: its rows are not taken for orphans', async () => {
  const { dbs, back, same, close } = await posts(10_000);
  await dbs.legacy.query('CREATE PUBLICATION banyan_people_forward FOR TABLE authors');
  await dbs.service.query(`INSERT INTO posts VALUES (70, 8, NULL, NULL, 'ahead')`);
  await back.link.barrier(LIMIT);
  assert.deepEqual((await same()).at(-1), ['70', '8', null, null, 'ahead']);
  assert.deepEqual(await rowsOf(dbs.legacy, CONFLICTS), []);
  await close();
});
