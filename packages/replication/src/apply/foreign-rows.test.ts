import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import fc from 'fast-check';
import { openLink } from '../link/link.ts';
import { copy, rename, table } from '../mapping/mapping.ts';
import {
  end,
  LIMIT,
  linked,
  type Pair,
  pair,
  type Running,
  rowsOf,
  run,
  settle,
} from '../testing/support.ts';

const LEGACY = 'CREATE TABLE users (id int PRIMARY KEY, email text, full_name text, phone text, source text)';
const SERVICE = `CREATE TABLE profiles (user_id int PRIMARY KEY, email text, name text, phone text, source text,
  greeted boolean NOT NULL DEFAULT false)`;
const PROFILES = table({
  legacy: 'users',
  service: { table: 'profiles', key: ['user_id'] },
  rows: 'foreign',
  owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'user_id' },
  columns: [
    rename('id', 'user_id'),
    copy('email', { flow: 'forward' }),
    rename('full_name', 'name'),
    copy('phone'),
    copy('source', { flow: 'seed' }),
  ],
});
const HALF = 5_000;
const KEYS = Array.from({ length: 12 }, (_, index) => index + 1);
const OF_SERVICE = KEYS.filter((key) => isServiceSide(HALF, 'users', String(key)));
const OF_MONOLITH = KEYS.filter((key) => !OF_SERVICE.includes(key));

type World = { dbs: Pair; forward: Running; reverse: Running };

async function world(share: number): Promise<World> {
  const dbs = await pair(LEGACY, SERVICE, [PROFILES]);
  return await linked(dbs, share);
}

/** What a service does with an event: the row is there afterwards, whoever was first. */
const hear = (dbs: Pair, id: number) =>
  dbs.service.query(
    `INSERT INTO profiles (user_id, email, greeted) VALUES (${id}, 'mail${id}', true)
     ON CONFLICT (user_id) DO UPDATE SET email = EXCLUDED.email, greeted = true`,
  );

async function equalRows(dbs: Pair): Promise<(string | null)[][]> {
  const users = await rowsOf(dbs.legacy, 'SELECT id, email, full_name, phone FROM users ORDER BY id');
  assert.deepEqual(
    await rowsOf(dbs.service, 'SELECT user_id, email, name, phone FROM profiles ORDER BY user_id'),
    users,
  );
  return users;
}

async function noConflicts(dbs: Pair): Promise<void> {
  for (const db of [dbs.legacy, dbs.service])
    assert.deepEqual(await rowsOf(db, 'SELECT kind, key::text FROM banyan.conflicts'), []);
}

test('a row that the service has made from an event is filled by the link, and one that the link has brought is heard of: both end equal', async () => {
  const { dbs, forward, reverse } = await world(HALF);
  for (const id of [OF_SERVICE[0]!, OF_MONOLITH[0]!]) {
    const insert = `INSERT INTO users VALUES (${id}, 'mail${id}', 'Ann', '1', 'web')`;
    await hear(dbs, id);
    await dbs.legacy.query(insert);
    await settle(dbs, forward, reverse);
    const read = `SELECT email, name, phone, source, greeted FROM profiles WHERE user_id = ${id}`;
    const eventFirst = await rowsOf(dbs.service, read);
    await dbs.legacy.query(`DELETE FROM users WHERE id = ${id}`);
    await settle(dbs, forward, reverse);
    assert.deepEqual(await rowsOf(dbs.service, read), []);
    await dbs.legacy.query(insert);
    await settle(dbs, forward, reverse);
    await hear(dbs, id);
    assert.deepEqual(await rowsOf(dbs.service, read), eventFirst);
    assert.deepEqual(eventFirst, [[`mail${id}`, 'Ann', '1', 'web', 't']]);
  }
  await settle(dbs, forward, reverse);
  await equalRows(dbs);
  await noConflicts(dbs);
  await end(dbs, forward, reverse);
});

test('what the service wrote of its own row before the link brought it stays, and reaches the monolith', async () => {
  const { dbs, forward, reverse } = await world(HALF);
  const [mine, theirs] = [OF_SERVICE[0]!, OF_MONOLITH[0]!];
  for (const id of [mine, theirs]) {
    await hear(dbs, id);
    await dbs.service.query(`UPDATE profiles SET name = 'Chosen' WHERE user_id = ${id}`);
  }
  await settle(dbs, forward, reverse);
  for (const id of [mine, theirs])
    await dbs.legacy.query(`INSERT INTO users VALUES (${id}, 'mail${id}', 'Ann', '1', 'web')`);
  await settle(dbs, forward, reverse);
  const rows = await equalRows(dbs);
  assert.deepEqual(
    new Map(rows.map(([id, , name, phone]) => [Number(id), [name, phone]])),
    new Map(
      [
        [mine, ['Chosen', '1']],
        [theirs, ['Ann', '1']],
      ].sort(([a], [b]) => Number(a) - Number(b)) as [number, string[]][],
    ),
  );
  await noConflicts(dbs);
  await end(dbs, forward, reverse);
});

test('in whatever order events, links and users come, both sides end equal, no conflict is recorded and no write of an owner is lost', async () => {
  const { dbs, forward, reverse } = await world(HALF);
  let base = 0;
  const op = fc.record({
    key: fc.constantFrom(...OF_SERVICE.slice(0, 3), ...OF_MONOLITH.slice(0, 3)),
    what: fc.constantFrom(
      'insert',
      'event',
      'early event',
      'write',
      'write',
      'mail',
      'delete',
      'forward',
      'reverse',
      'hold',
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(op, { minLength: 8, maxLength: 30 }), async (ops) => {
      base += 1;
      const rows = new Map<
        number,
        { events: ('made' | 'gone')[]; state: 'none' | 'there' | 'gone'; name: string | undefined }
      >();
      const play = async (id: number, event: 'made' | 'gone' | undefined) => {
        if (event === 'made') await hear(dbs, id);
        if (event === 'gone') await dbs.service.query(`DELETE FROM profiles WHERE user_id = ${id}`);
      };
      for (const [index, { key, what }] of ops.entries()) {
        const owned = OF_SERVICE.includes(key);
        // Of the same owner in each run, under a key of its own.
        const id = idOf(key, base);
        const row = rows.get(id) ?? { events: [], state: 'none', name: undefined };
        rows.set(id, row);
        if (what === 'hold') for (const { link } of [forward, reverse]) link.hold();
        else if (what === 'forward' || what === 'reverse') {
          const { link } = what === 'forward' ? forward : reverse;
          link.release(HALF);
          await link.barrier(LIMIT);
        } else if (what === 'insert' && row.state === 'none') {
          await dbs.legacy.query(`INSERT INTO users VALUES (${id}, 'mail${id}', 'Ann', '1', 'web')`);
          row.state = 'there';
          row.events.push('made');
        } else if (what === 'delete' && row.state === 'there') {
          await dbs.legacy.query(`DELETE FROM users WHERE id = ${id}`);
          row.state = 'gone';
          row.events.push('gone');
        } else if (what === 'event') await play(id, row.events.shift());
        else if (what === 'early event' && row.state === 'none') await hear(dbs, id);
        else if (what === 'mail' && row.state === 'there')
          await dbs.legacy.query(`UPDATE users SET email = 'mail${id}' WHERE id = ${id}`);
        else if (what === 'write' && row.state !== 'gone') {
          const name = `Name ${index}`;
          const written = owned
            ? await dbs.service.query(`UPDATE profiles SET name = '${name}' WHERE user_id = ${id}`)
            : await dbs.legacy.query(`UPDATE users SET full_name = '${name}' WHERE id = ${id}`);
          if (written.rowCount === 1) row.name = name;
        }
      }
      for (const [id, row] of rows) {
        for (const event of row.events) await play(id, event);
        // An early event's row comes to be at last.
        if (row.state === 'none')
          await dbs.legacy.query(`INSERT INTO users VALUES (${id}, 'mail${id}', 'Ann', '1', 'web')`);
      }
      for (const { link } of [forward, reverse]) link.release(HALF);
      await settle(dbs, forward, reverse);
      const names = new Map((await equalRows(dbs)).map(([id, , name]) => [Number(id), name]));
      for (const [id, { state, name }] of rows)
        assert.equal(names.get(id), state === 'gone' ? undefined : (name ?? 'Ann'), `${id} ${state}`);
      await noConflicts(dbs);
    }),
    { numRuns: 15, seed: 20_261_127 },
  );
  await end(dbs, forward, reverse);
});

/** The `base`th key after `key` that is on the same side as it, of the keys that end like it. */
function idOf(key: number, base: number): number {
  const side = isServiceSide(HALF, 'users', String(key));
  let id = key;
  for (let left = base; left > 0; ) {
    id += 100;
    if (isServiceSide(HALF, 'users', String(id)) === side) left--;
  }
  return id;
}

test('a copy into a table in which the service has made rows merges with them, and refuses rows of a table of its own', async () => {
  const dbs = await pair(LEGACY, SERVICE, [PROFILES]);
  await dbs.legacy.query(
    `INSERT INTO users SELECT i, 'mail' || i, 'User ' || i, '1', 'web' FROM generate_series(1, 500) i`,
  );
  for (const id of [3, 400, 501]) await hear(dbs, id);
  const link = openLink(dbs.config('forward'));
  assert.deepEqual(
    (await link.preflight()).filter(({ severity }) => severity === 'error'),
    [],
  );
  await link.prepare();
  await link.copy({ rangeRows: 100 });
  const read =
    'SELECT user_id, email, name, source, greeted FROM profiles WHERE user_id IN (3, 4, 501) ORDER BY 1';
  assert.deepEqual(await rowsOf(dbs.service, read), [
    ['3', 'mail3', 'User 3', 'web', 't'],
    ['4', 'mail4', 'User 4', 'web', 'f'],
    ['501', 'mail501', null, null, 't'],
  ]);
  const forward = run(link);
  await dbs.legacy.query(`INSERT INTO users VALUES (501, 'mail501', 'User 501', '1', 'web')`);
  await forward.link.barrier(LIMIT);
  assert.equal((await equalRows(dbs)).length, 501);
  await end(dbs, forward);
  const owned = await pair(LEGACY, SERVICE, [{ ...PROFILES, rows: 'owned' }]);
  await owned.service.query('INSERT INTO profiles (user_id) VALUES (1)');
  const refused = openLink(owned.config('forward'));
  await refused.prepare();
  await assert.rejects(refused.copy(), { code: 'TARGET_NOT_EMPTY' });
  await refused.drop();
  await owned.close();
});
