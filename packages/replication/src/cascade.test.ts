import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installGuard, refusedWrites, setGuard } from './guard.ts';
import { openLink } from './link.ts';
import { copy, table } from './mapping.ts';
import { end, pair, rowsOf, run, setShare, settle, start } from './test-support.ts';

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
async function posts(share: number, cascades: 'carry' | 'refuse' = 'carry') {
  const mapping = table({
    legacy: 'posts',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: [copy('id', 'author', 'topic', 'answers', 'title')],
  });
  const dbs = await pair(LEGACY, SERVICE, [mapping]);
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
    assert.deepEqual(await refusedWrites(dbs.legacy, [service]), [0]);
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
  await forward.link.barrier();
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
  assert.deepEqual(await refusedWrites(dbs.legacy, [service]), [1]);
  assert.equal((await same()).length, 24);
  await close();
});
