import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addRouteKeys, applyGatewaySchema, forgetKeysSeen, readRouteKeys } from '@banyan/gateway';
import { resolvePlan } from '@banyan/plan';
import { aPlan, aRoute, aService, aTable } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { OwnerKeys, readColumns } from '../../control/facts/owner-keys.ts';
import { keyFindings } from './key-findings.ts';

const database = await (await testServer()).database('findings');
const pool = createPool(database, { max: 1 });
after(() => pool.end());
await pool.query(`CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  INSERT INTO users SELECT n, 'u' || n || '@x', 'User ' || n FROM generate_series(1, 100) n;
  CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
  CREATE TABLE empty (id bigint PRIMARY KEY);
  CREATE TABLE small (id smallint PRIMARY KEY);
  CREATE TABLE usual (id integer PRIMARY KEY);
  CREATE TABLE large (id bigint PRIMARY KEY)`);

const owned = (table: string, column: string) =>
  aTable(table, column === 'id' ? [] : [column], {
    owner: { by: 'key', legacyColumn: column, serviceColumn: column },
  });
const plan = resolvePlan(
  aPlan({
    services: {
      users: aService('users', {
        routes: [aRoute('GET /me', 'token.sub'), aRoute('GET /list', 'none')],
        tables: [owned('users', 'id')],
      }),
    },
  }),
);
const { routes, tables } = plan.services.users!;
const seen = (sample: string[], requests = 100, keyed = sample.length) => [
  { service: 'users', route: 'GET /me', requests, keyed, sample },
];
const found = async (sample: string[], of = tables) =>
  keyFindings(routes, seen(sample), await readColumns(pool, { tables: of }, sample));

test('a route none of whose requests carried its key is found, once enough were seen', () => {
  assert.deepEqual(keyFindings(routes, seen([], 100, 0), []), [
    'no request of GET /me carried its key (100 seen)',
  ]);
  assert.deepEqual(keyFindings(routes, seen([], 19, 0), []), []);
  assert.deepEqual(keyFindings(routes, seen([], 100, 1), []), []);
  const list = [{ service: 'users', route: 'GET /list', requests: 100, keyed: 0, sample: [] }];
  assert.deepEqual(keyFindings(routes, list, []), [], 'a route without a key needs none');
});

test('keys that are none of the owner column are found, whatever their spelling and its type', async () => {
  const names = ['ada', 'bob', 'cleo', 'dan', 'eve'];
  const [finding] = await found(names);
  assert.match(finding!, /keys of GET \/me, such as "ada", are none of public\.users\.id \(bigint\)/);
  assert.equal((await found(['901', '902', '903', '904', '905'])).length, 1, 'ids of something else');
  assert.equal(
    (await found(['9'.repeat(30), 'x', 'y', "'", '1e3'])).length,
    1,
    'nothing that a bigint could hold',
  );
  assert.deepEqual(await found(['007', ...names]), [], 'one that fits is enough');
  assert.deepEqual(await found(names.slice(0, 4)), [], 'too few to tell');
  await pool.query(`INSERT INTO notes VALUES (1, 'ADA')`);
  assert.deepEqual(await found(names, [owned('notes', 'owner')]), []);
  assert.equal((await found(['1', '2', '3', '4', '5'], [owned('notes', 'owner')])).length, 1);
  assert.deepEqual(await found(names, [owned('empty', 'id')]), [], 'an empty table knows nobody yet');
});

test('a key as large as its column can hold is one of it, and one that is larger is asked of nobody', async () => {
  const others = ['-7', '8', '9', '10'];
  for (const [table, bits] of [
    ['small', 16n],
    ['usual', 32n],
    ['large', 64n],
  ] as const) {
    const ends = [2n ** (bits - 1n) - 1n, -(2n ** (bits - 1n))];
    await pool.query(`INSERT INTO ${table} SELECT unnest($1::bigint[])`, [ends]);
    for (const end of ends) assert.deepEqual(await found([`${end}`, ...others], [owned(table, 'id')]), []);
    const beyond = [`${ends[0]! + 1n}`, `${ends[1]! - 1n}`];
    assert.equal((await found([...beyond, ...others], [owned(table, 'id')])).length, 1, 'refused by none');
  }
});

test('keys that the column did not hold are asked for again: their rows may have been on their way', async () => {
  const ownerKeys = new OwnerKeys({ ...plan, monolith: { ...plan.monolith, database } });
  const keys = ['101', '102', '103', '104', '105'];
  const findings = async (now: number) => {
    await ownerKeys.look(['users'], seen(keys), now);
    return keyFindings(routes, seen(keys), ownerKeys.of('users'));
  };
  try {
    assert.equal((await findings(0)).length, 1);
    await pool.query(`INSERT INTO users VALUES (105, 'e@x', 'Eve')`);
    assert.equal((await findings(1_000)).length, 1, 'asked a moment ago');
    assert.deepEqual(await findings(31_000), []);
  } finally {
    await ownerKeys.close();
  }
});

test('keys that the column has not been asked for yet prove nothing', async () => {
  const columns = await readColumns(pool, { tables }, ['ada']);
  assert.deepEqual(keyFindings(routes, seen(['1', '2', '3', '4', '5', 'ada']), columns), []);
});

test('what workers see of a route adds up, bounded, until its extraction begins anew', async () => {
  await applyGatewaySchema(pool);
  const keys = (from: number) => Array.from({ length: 20 }, (_, n) => `k${from + n}\u0000`);
  for (let from = 0; from < 200; from += 20) await addRouteKeys(pool, seen(keys(from), 30, 20));
  const [route] = await readRouteKeys(pool);
  assert.deepEqual([route?.requests, route?.keyed, route?.sample.length], [300, 200, 50]);
  await forgetKeysSeen(pool, 'users');
  assert.deepEqual(await readRouteKeys(pool), []);
});
