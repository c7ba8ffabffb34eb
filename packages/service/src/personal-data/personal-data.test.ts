import assert from 'node:assert/strict';
import { after, before, beforeEach, it } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { blocksOf, moduleOf } from '../../../../scripts/documentation.ts';
import { serviceKeysOf } from '../auth/service-keys.ts';
import { createServiceTokens } from '../auth/service-tokens.ts';
import {
  defineService,
  type PersonalTables,
  personalData,
  type RunningService,
  type Service,
} from '../index.ts';
import { erasePerson } from './erase.ts';
import { archiveOf, unsaidOf } from './tables.ts';

const stated: PersonalTables = {
  first: async (tx, person) =>
    void (await tx.query('INSERT INTO people (id) VALUES ($1) ON CONFLICT DO NOTHING', [person])),
  tables: [
    {
      table: 'people',
      of: 'id = $1',
      erased: { set: 'name = NULL, is_gone = true', still: 'NOT is_gone' },
      kept: 'that they are gone',
    },
    { table: 'notes', of: 'owner = $1', archived: 'text', erased: 'delete', brought: true },
    { table: 'sums', of: 'owner = $1', kept: 'the books' },
  ],
  impersonal: ['tags'],
};

let service: RunningService;
before(async () => {
  service = await defineService({
    name: 'notes',
    config: Type.Object({}),
    use: { personalData },
    routes: () => {},
  }).start({ DATABASE_URL: await (await testServer()).database('personal'), LOG_LEVEL: 'silent' });
  await service.pool.query(
    `CREATE TABLE people (id text PRIMARY KEY, name text, is_gone boolean NOT NULL DEFAULT false);
     CREATE TABLE notes (owner text NOT NULL, text text NOT NULL);
     CREATE TABLE sums (owner text NOT NULL, sum integer NOT NULL);
     CREATE TABLE tags (name text)`,
  );
});
after(() => service?.close());

beforeEach(async () => {
  await service.pool.query(
    `TRUNCATE people, notes, sums, banyan_service.erasures;
     INSERT INTO people VALUES ('ann', 'Ann'), ('bob', 'Bob');
     INSERT INTO notes VALUES ('ann', 'of Ann'), ('ann', 'another'), ('bob', 'of Bob');
     INSERT INTO sums VALUES ('ann', 3), ('bob', 4)`,
  );
});

const erase = (person: string) => withTransaction(service.pool, (tx) => erasePerson(tx, stated, person));
const rows = async (sql: string) => (await service.pool.query(sql)).rows;
const KEPT = { people: { rows: 1, why: 'that they are gone' }, sums: { rows: 1, why: 'the books' } };

it('erases what is to go of one person, leaves others alone, and says what it was and what stays', async () => {
  const done = { erased: { people: 1, notes: 2 }, kept: KEPT, awaited: {} };
  assert.deepEqual(await erase('ann'), done);
  assert.deepEqual(await rows('SELECT * FROM people ORDER BY id'), [
    { id: 'ann', name: null, is_gone: true },
    { id: 'bob', name: 'Bob', is_gone: false },
  ]);
  assert.deepEqual(await rows('SELECT text FROM notes'), [{ text: 'of Bob' }]);
  // Whoever asks again, as after a crash, is told the same; what came meanwhile is erased too.
  assert.deepEqual(await erase('ann'), done);
  await service.pool.query(`INSERT INTO notes VALUES ('ann', 'late')`);
  assert.deepEqual((await erase('ann')).erased, { people: 1, notes: 3 });
});

it('of somebody who was never there it says that nothing was, and that they are gone', async () => {
  assert.deepEqual(await erase('eve'), {
    erased: { people: 1, notes: 0 },
    kept: { people: KEPT.people },
    awaited: {},
  });
});

it('is asked by many at once and erases once', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => erase('ann')));
  for (const { erased } of all) assert.deepEqual(erased, { people: 1, notes: 2 });
});

it('leaves what links bring to whoever owns it, and says that it is still there', async (t) => {
  const other = createPool(service.pool.options.connectionString!, { max: 1 });
  t.after(() => other.end());
  await other.query('CREATE SCHEMA banyan; CREATE TABLE banyan.links (link text)');
  try {
    // A plan has this service, and no link is there yet, or none any more.
    assert.deepEqual((await erase('bob')).awaited, {});
    await other.query(`INSERT INTO banyan.links VALUES ('notes.forward')`);
    assert.deepEqual((await erase('ann')).awaited, { notes: 2 });
    await other.query(`DELETE FROM notes WHERE owner = 'ann'`);
    assert.deepEqual(await erase('ann'), { erased: { people: 1 }, kept: KEPT, awaited: {} });
  } finally {
    await other.query('DROP SCHEMA banyan CASCADE');
  }
});

it('what fails is undone as a whole, also on the record', async () => {
  await assert.rejects(
    withTransaction(service.pool, async (tx) => {
      await erasePerson(tx, stated, 'ann');
      throw new Error('killed');
    }),
  );
  assert.deepEqual(await rows('SELECT FROM banyan_service.erasures'), []);
  assert.deepEqual((await erase('ann')).erased, { people: 1, notes: 2 });
});

it('an archive has what there is about one person, and no more of it than is said', async () => {
  assert.deepEqual(await archiveOf(service.pool, stated.tables, 'ann'), {
    people: [{ id: 'ann', name: 'Ann', is_gone: false }],
    notes: [{ text: 'of Ann' }, { text: 'another' }],
    sums: [{ owner: 'ann', sum: 3 }],
  });
});

it('the example of docs/services.md answers the service that may ask, and nobody else', async (t) => {
  const [body] = blocksOf('docs/services.md', 'ts people');
  const { notes } = await moduleOf<{ notes: Service }>(body!);
  const keys = (name: string) => serviceKeysOf(name, ['accounts', 'others'], 'of this test');
  const started = await notes.start({
    ...{ DATABASE_URL: await (await testServer()).database('example'), LOG_LEVEL: 'silent', PORT: '0' },
    ...keys('notes'),
  });
  t.after(() => started.close());
  await started.pool.query(
    `CREATE TABLE notes (owner text, text text, created_at timestamptz); CREATE TABLE payments (payer text);
     CREATE TABLE people (id text, name text, is_gone boolean); CREATE TABLE tags ();
     INSERT INTO notes VALUES ('1f', 'a'); INSERT INTO payments VALUES ('1f')`,
  );
  const asked = async (token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`${started.url}/internal/people/1f/erasure`, { method: 'POST', headers });
    return [answer.status, answer.status === 200 ? await answer.json() : undefined];
  };
  const token = (name: string) => createServiceTokens(name, keys(name)).tokenFor('notes');
  assert.deepEqual(await asked(), [401, undefined]);
  assert.deepEqual(await asked(await token('others')), [403, undefined]);
  const kept = { payments: { rows: 1, why: 'the books: for the tax office, for ten years' } };
  assert.deepEqual(await asked(await token('accounts')), [
    200,
    { erased: { notes: 1, people: 0 }, kept, awaited: {} },
  ]);
});

it('a table of which nothing is said is found', async () => {
  assert.deepEqual(await unsaidOf(service.pool, stated), []);
  assert.deepEqual(await unsaidOf(service.pool, { ...stated, impersonal: [] }), ['tags']);
});
