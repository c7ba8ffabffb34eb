import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addRouteKeys, applyGatewaySchema, forgetKeysSeen, readRouteKeys } from '@banyan/gateway';
import { resolvePlan } from '@banyan/plan';
import { aPlan, aRoute, aService, aTable } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { readColumns } from '../../control/facts/owner-keys.ts';
import { keyFindings } from './key-findings.ts';

const pool = createPool(await (await testServer()).database('findings'), { max: 1 });
after(() => pool.end());
await pool.query(`CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
  INSERT INTO users SELECT n, 'u' || n || '@x', 'User ' || n FROM generate_series(1, 100) n;
  CREATE TABLE notes (id bigint PRIMARY KEY, owner text);
  CREATE TABLE empty (id bigint PRIMARY KEY)`);

const owned = (table: string, column: string) =>
  aTable(table, column === 'id' ? [] : [column], {
    owner: { by: 'key', legacyColumn: column, serviceColumn: column },
  });
const { routes, tables } = resolvePlan(
  aPlan({
    services: {
      users: aService('users', {
        routes: [aRoute('GET /me', 'token.sub'), aRoute('GET /list', 'none')],
        tables: [owned('users', 'id')],
      }),
    },
  }),
).services.users!;
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
