import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import fc from 'fast-check';
import { installGuard, setGuard } from '../guard/guard.ts';
import { copy, derived, rename, table } from '../mapping/mapping.ts';
import { end, LIMIT, linked, type Pair, pair, type Running, rowsOf, settle } from '../testing/support.ts';
import { verify } from '../verify/verify.ts';

const LEGACY = `
  CREATE TABLE apps (id int PRIMARY KEY, user_id int, title text);
  CREATE TABLE notes (id int PRIMARY KEY, app_id int REFERENCES apps ON DELETE CASCADE, body text);
  CREATE TABLE files (id int PRIMARY KEY, note_id int REFERENCES notes ON DELETE CASCADE, name text)`;
const SERVICE = `
  CREATE TABLE applications (application_id int PRIMARY KEY, owner int, title text);
  CREATE TABLE notes (id int PRIMARY KEY, application int REFERENCES applications ON DELETE CASCADE, body text, size int);
  CREATE TABLE files (id int PRIMARY KEY, note_id int REFERENCES notes ON DELETE CASCADE, name text)`;

const MAPPINGS = [
  table({
    legacy: 'apps',
    service: { table: 'applications', key: ['application_id'] },
    owner: { by: 'key', legacyColumn: 'user_id', serviceColumn: 'owner' },
    columns: [rename('id', 'application_id'), rename('user_id', 'owner'), copy('title')],
  }),
  table({
    legacy: 'notes',
    owner: { by: 'parent', table: 'apps', column: 'app_id' },
    columns: [
      copy('id', 'body'),
      rename('app_id', 'application'),
      derived('size', 'length(body)', { reads: ['body'] }),
    ],
  }),
  table({
    legacy: 'files',
    owner: { by: 'parent', table: 'public.notes', column: 'note_id' },
    columns: [copy('id', 'note_id', 'name')],
  }),
];

const HALF = 5_000;
const USERS = [1, 2, 3, 4, 5, 6];
const onService = (user: number, share = HALF) => isServiceSide(share, 'users', String(user));
const OF_SERVICE = USERS.filter((user) => onService(user));
const OF_MONOLITH = USERS.filter((user) => !onService(user));

/** Applications 1..6 of users 1..6, each with note n and file n; both links at `share`. */
async function applications(share: number): Promise<{ dbs: Pair; forward: Running; reverse: Running }> {
  const dbs = await pair(LEGACY, SERVICE, MAPPINGS);
  await dbs.legacy.query(
    `INSERT INTO apps SELECT i, i, 'App ' || i FROM generate_series(1, 6) i;
     INSERT INTO notes SELECT i, i, 'Note ' || i FROM generate_series(1, 6) i;
     INSERT INTO files SELECT i, i, 'File ' || i FROM generate_series(1, 6) i`,
  );
  return await linked(dbs, share);
}

/** All rows, once they are proven to be the same on both sides. */
async function equalRows(dbs: Pair): Promise<Record<string, (string | null)[][]>> {
  const read = async (legacy: string, service: string) => {
    const rows = await rowsOf(dbs.legacy, legacy);
    assert.deepEqual(await rowsOf(dbs.service, service), rows);
    return rows;
  };
  return {
    apps: await read(
      'SELECT id, user_id, title FROM apps ORDER BY id',
      'SELECT application_id, owner, title FROM applications ORDER BY 1',
    ),
    notes: await read(
      'SELECT id, app_id, body FROM notes ORDER BY id',
      'SELECT id, application, body FROM notes ORDER BY id',
    ),
    files: await read('SELECT * FROM files ORDER BY id', 'SELECT * FROM files ORDER BY id'),
  };
}

const conflicts = async (dbs: Pair) =>
  (
    await Promise.all(
      [dbs.service, dbs.legacy].map((db) =>
        rowsOf(db, 'SELECT kind, table_name, winner FROM banyan.conflicts ORDER BY id'),
      ),
    )
  ).flat();

test('rows are written where the owner of their parent is, parents of parents too, and that is no conflict', async () => {
  const { dbs, forward, reverse } = await applications(HALF);
  const [mine, theirs] = [OF_SERVICE[0]!, OF_MONOLITH[0]!];
  await dbs.service.query(
    `UPDATE notes SET body = 'new' WHERE id = ${mine}; UPDATE files SET name = 'new' WHERE id = ${mine}`,
  );
  await dbs.legacy.query(
    `UPDATE notes SET body = 'new' WHERE id = ${theirs}; UPDATE files SET name = 'new' WHERE id = ${theirs}`,
  );
  await dbs.service.query(
    `INSERT INTO notes VALUES (101, ${mine}, 'more'); INSERT INTO files VALUES (101, 101, 'more')`,
  );
  await dbs.legacy.query(
    `INSERT INTO notes VALUES (102, ${theirs}, 'more'); INSERT INTO files VALUES (102, 102, 'more')`,
  );
  await settle(dbs, forward, reverse);
  await dbs.service.query(`DELETE FROM files WHERE id = 101`);
  await dbs.legacy.query(`DELETE FROM notes WHERE id = 102`);
  await settle(dbs, forward, reverse);
  const { notes, files } = await equalRows(dbs);
  assert.deepEqual(
    notes!.filter(([, , body]) => body === 'new').map(([id]) => Number(id)),
    [mine, theirs].sort(),
  );
  assert.deepEqual(
    notes!.filter(([id]) => Number(id) > 100),
    [['101', String(mine), 'more']],
  );
  assert.deepEqual(
    files!.filter(([id]) => Number(id) > 100),
    [],
  );
  assert.deepEqual(await conflicts(dbs), []);
  await end(dbs, forward, reverse);
});

test("a row that is changed or deleted on the side that its parent's owner is not on is put back", async () => {
  const { dbs, forward, reverse } = await applications(HALF);
  const [mine, theirs] = [OF_SERVICE[0]!, OF_MONOLITH[0]!];
  const before = await equalRows(dbs);
  await dbs.legacy.query(
    `UPDATE notes SET body = 'wrong' WHERE id = ${mine}; DELETE FROM files WHERE id = ${mine}`,
  );
  await dbs.service.query(
    `UPDATE files SET name = 'wrong' WHERE id = ${theirs}; DELETE FROM notes WHERE id = ${theirs}`,
  );
  await settle(dbs, forward, reverse);
  assert.deepEqual(await equalRows(dbs), before);
  const kinds = (await conflicts(dbs)).map(([kind, name]) => `${kind} ${name}`);
  assert.ok(kinds.includes('update_origin_differs public.notes'), kinds.join());
  assert.ok(kinds.includes('delete_origin_differs public.notes'), kinds.join());
  assert.ok(kinds.includes('delete_origin_differs public.files'), kinds.join());
  await end(dbs, forward, reverse);
});

for (const wrong of ['service', 'legacy'] as const)
  test(`a row comes back whose parents the ${wrong}'s side deletes too, though it owns none of them, while it is on its way`, async () => {
    const { dbs, forward, reverse } = await applications(HALF);
    const [id, apps, key] =
      wrong === 'service'
        ? [OF_MONOLITH[0]!, 'applications', 'application_id']
        : [OF_SERVICE[0]!, 'apps', 'id'];
    const [away, back] = wrong === 'service' ? [reverse, forward] : [forward, reverse];
    const before = await equalRows(dbs);
    const remove = async (what: string) => await dbs[wrong].query(`DELETE FROM ${what} = ${id}`);
    back.link.hold();
    await remove('files WHERE id');
    // Until it is sent back.
    await settle(dbs, away);
    await remove('notes WHERE id');
    await settle(dbs, away);
    away.link.hold();
    await remove(`${apps} WHERE ${key}`);
    back.link.release(HALF);
    await back.link.barrier(LIMIT);
    assert.deepEqual(await rowsOf(dbs[wrong], `SELECT id FROM files WHERE id = ${id}`), []);
    away.link.release(HALF);
    await settle(dbs, forward, reverse);
    assert.deepEqual(await equalRows(dbs), before);
    await end(dbs, forward, reverse);
  });

test('a parent that its owner deletes takes its rows along on both sides, in one transaction and by cascade', async () => {
  const { dbs, forward, reverse } = await applications(HALF);
  const [mine, second] = OF_SERVICE as [number, number];
  const [theirs, other] = OF_MONOLITH as [number, number];
  await dbs.service.query(`DELETE FROM applications WHERE application_id = ${mine}`);
  await dbs.legacy.query(`DELETE FROM apps WHERE id = ${theirs}`);
  await dbs.service.query(
    `BEGIN; UPDATE notes SET body = 'last' WHERE id = ${second}; DELETE FROM files WHERE note_id = ${second};
     DELETE FROM notes WHERE id = ${second}; DELETE FROM applications WHERE application_id = ${second}; COMMIT`,
  );
  await dbs.legacy.query(
    `BEGIN; INSERT INTO notes VALUES (300, ${other}, 'x'); UPDATE notes SET body = 'y' WHERE id = 300; DELETE FROM apps WHERE id = ${other}; COMMIT`,
  );
  await settle(dbs, forward, reverse);
  const left = USERS.filter((user) => ![mine, second, theirs, other].includes(user)).map(String);
  const rows = await equalRows(dbs);
  for (const name of ['apps', 'notes', 'files'])
    assert.deepEqual(
      rows[name]!.map(([id]) => id),
      left,
      name,
    );
  assert.deepEqual(await conflicts(dbs), []);
  await end(dbs, forward, reverse);
});

test('a parent that gets another owner carries its rows with it', async () => {
  const { dbs, forward, reverse } = await applications(HALF);
  const [mine, theirs] = [OF_SERVICE[0]!, OF_MONOLITH[0]!];
  await dbs.legacy.query(`UPDATE notes SET body = 'before' WHERE id = ${theirs}`);
  await dbs.legacy.query(`UPDATE apps SET user_id = ${mine} WHERE id = ${theirs}`);
  await settle(dbs, forward, reverse);
  await dbs.service.query(`UPDATE notes SET body = 'after' WHERE id = ${theirs}`);
  await settle(dbs, forward, reverse);
  assert.deepEqual(await conflicts(dbs), []);
  await dbs.legacy.query(`UPDATE files SET name = 'wrong' WHERE id = ${theirs}`);
  await settle(dbs, forward, reverse);
  const { notes, files } = await equalRows(dbs);
  assert.equal(notes!.find(([id]) => id === String(theirs))![2], 'after');
  assert.equal(files!.find(([id]) => id === String(theirs))![2], `File ${theirs}`);
  await end(dbs, forward, reverse);
});

test('a key moves while its notes are written: every write of the side that owned it then is on both', async () => {
  const { dbs, forward, reverse } = await applications(0);
  const step = async (marked: Running, waiting: Running, share: number) => {
    waiting.link.hold();
    await marked.link.barrier({ ...LIMIT, lock: true, hold: true });
    for (const { link } of [marked, waiting]) link.release(share);
  };
  let id = 1_000;
  const write = async (side: 'legacy' | 'service', user: number, text: string) => {
    const column = side === 'legacy' ? 'app_id' : 'application';
    await dbs[side].query(`INSERT INTO notes (id, ${column}, body) VALUES (${++id}, ${user}, '${text}')`);
    await dbs[side].query(`UPDATE notes SET body = body || '!' WHERE ${column} = ${user}`);
  };
  for (const user of USERS) await write('legacy', user, 'at the monolith');
  await step(forward, reverse, HALF);
  for (const user of USERS) await write(onService(user) ? 'service' : 'legacy', user, 'at half');
  await step(forward, reverse, 10_000);
  for (const user of USERS) await write('service', user, 'at the service');
  await step(reverse, forward, 0);
  for (const user of USERS) await write('legacy', user, 'back');
  await settle(dbs, forward, reverse);
  const { notes } = await equalRows(dbs);
  assert.equal(notes!.length, 6 + 4 * 6);
  assert.deepEqual(
    notes!.filter(([, app]) => app === '1').map(([, , body]) => body),
    ['Note 1!!!!', 'at the monolith!!!!', 'at half!!!', 'at the service!!', 'back!'],
  );
  assert.deepEqual(await conflicts(dbs), []);
  await end(dbs, forward, reverse);
});

test('in whatever order both sides write, rows and their parents end equal, and the owner loses no write', async () => {
  const { dbs, forward, reverse } = await applications(HALF);
  let next = 10_000;
  const change = fc.record({
    user: fc.constantFrom(...USERS),
    what: fc.constantFrom(
      'app',
      'note',
      'file',
      'edit',
      'drop note',
      'drop app',
      'wrong edit',
      'wrong drop',
      'wrong drop note',
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 25 }), async (changes) => {
      for (const { user, what } of changes) {
        const owns = onService(user) !== what.startsWith('wrong');
        const db = owns ? dbs.service : dbs.legacy;
        const [apps, id, of, ref] = owns
          ? ['applications', 'application_id', 'owner', 'application']
          : ['apps', 'id', 'user_id', 'app_id'];
        const notes = `SELECT n.id FROM notes n JOIN ${apps} a ON a.${id} = n.${ref} WHERE a.${of} = ${user}`;
        const sql = {
          app: `INSERT INTO ${apps} VALUES (${++next}, ${user}, 'app')`,
          note: `INSERT INTO notes (id, ${ref}, body) SELECT ${++next}, ${id}, 'note' FROM ${apps} WHERE ${of} = ${user} LIMIT 1`,
          file: `INSERT INTO files SELECT ${++next}, id, 'file' FROM (${notes} LIMIT 1) n`,
          edit: `UPDATE notes SET body = body || '.' WHERE id IN (${notes}); UPDATE files SET name = name || '.' WHERE note_id IN (${notes})`,
          'drop note': `DELETE FROM notes WHERE id IN (${notes} ORDER BY 1 LIMIT 1)`,
          'drop app': `DELETE FROM ${apps} WHERE ${id} IN (SELECT ${id} FROM ${apps} WHERE ${of} = ${user} ORDER BY 1 DESC LIMIT 1)`,
          'wrong edit': `UPDATE notes SET body = 'wrong' WHERE id IN (${notes})`,
          'wrong drop': `DELETE FROM files WHERE note_id IN (${notes})`,
          'wrong drop note': `DELETE FROM notes WHERE id IN (${notes} ORDER BY 1 LIMIT 1)`,
        }[what]!;
        await db.query(sql);
      }
      await settle(dbs, forward, reverse);
      const { notes } = await equalRows(dbs);
      assert.ok(
        notes!.every(([, , body]) => body !== 'wrong'),
        'a write of the wrong side stayed',
      );
    }),
    { numRuns: 12, seed: 20_261_126 },
  );
  await end(dbs, forward, reverse);
});

test("the guard refuses what is the service's by a parent, and nothing else; a cascade is let through", async () => {
  const { dbs, forward, reverse } = await applications(HALF);
  const service = dbs.config('forward').service;
  await installGuard(dbs.legacy, { service, tables: MAPPINGS, salt: 'users' });
  await setGuard(dbs.legacy, { service, share: HALF });
  const refused = { code: 'BA001' };
  for (const user of OF_SERVICE) {
    await assert.rejects(dbs.legacy.query(`UPDATE notes SET body = 'x' WHERE id = ${user}`), refused);
    await assert.rejects(dbs.legacy.query(`DELETE FROM files WHERE id = ${user}`), refused);
  }
  for (const user of OF_MONOLITH) await dbs.legacy.query(`UPDATE files SET name = 'x' WHERE id = ${user}`);
  await dbs.legacy.query(`DELETE FROM apps WHERE id = ${OF_MONOLITH[0]}`);
  await settle(dbs, forward, reverse);
  await equalRows(dbs);
  assert.deepEqual(await conflicts(dbs), []);
  await end(dbs, forward, reverse);
});

test("verification leaves a derived value to the service where its parent's owner is on the service's side", async () => {
  const { dbs, forward, reverse } = await applications(HALF);
  await dbs.service.query(`UPDATE notes SET size = 99 WHERE id = ${OF_SERVICE[0]}`);
  await settle(dbs, forward, reverse);
  const look = () =>
    verify({
      legacy: dbs.legacyUrl,
      service: dbs.serviceUrl,
      mapping: MAPPINGS[1]!,
      tables: MAPPINGS,
      salt: 'users',
      share: HALF,
      waitApplied: async () => {
        for (const { link } of [forward, reverse]) await link.barrier(LIMIT);
      },
    });
  assert.equal((await look()).verdict, 'CONSISTENT');
  await dbs.service.query(`UPDATE notes SET size = 99 WHERE id = ${OF_MONOLITH[0]}`);
  await settle(dbs, forward, reverse);
  const { verdict, differing } = await look();
  assert.deepEqual([verdict, differing], ['INCONSISTENT', [{ id: String(OF_MONOLITH[0]) }]]);
  await end(dbs, forward, reverse);
});
