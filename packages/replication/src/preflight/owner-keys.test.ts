import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServiceSide, isServiceSideSql } from '@banyan/cohort';
import { namesOf } from '../link/link-config.ts';
import { copy, table } from '../mapping/mapping.ts';
import { pair } from '../testing/support.ts';
import { contextOf } from './context.ts';
import { checkOwnerKeys } from './owner-keys.ts';

const OWNED = { by: 'key', legacyColumn: 'owner', serviceColumn: 'owner' } as const;

async function codesOf(type: string, values: string[], setUp = ''): Promise<string[]> {
  const create = (of: string) => `${setUp}; CREATE TABLE notes (id int PRIMARY KEY, owner ${of})`;
  const mapping = table({ legacy: 'notes', service: 'notes', owner: OWNED, columns: copy('id', 'owner') });
  const dbs = await pair(create(type), create('text'), [mapping]);
  const config = dbs.config('forward');
  try {
    await dbs.legacy.query(
      `INSERT INTO notes SELECT n, k::${type} FROM unnest($1::text[]) WITH ORDINALITY AS t(k, n)`,
      [values],
    );
    return (await checkOwnerKeys(await contextOf(config, namesOf(config), dbs.legacy, dbs.service))).map(
      ({ code, message }) => `${code}: ${message}`,
    );
  } finally {
    await dbs.close();
  }
}

test('an owner column whose values a request could name by two texts is refused, with the rows', async () => {
  const citext = 'CREATE EXTENSION IF NOT EXISTS citext';
  assert.deepEqual(await codesOf('citext', ['ada', 'Bob'], citext), []);
  const [named] = await codesOf('citext', ['ada', 'Zoë'], citext);
  assert.match(named!, /^owner_key_not_canonical: public\.notes\.owner holds .*: Zoë \(2\)\.$/);

  assert.deepEqual(await codesOf('numeric(20,2)', ['7', '-3.00']), []);
  const [fraction] = await codesOf('numeric', ['7', '7.50']);
  assert.match(fraction!, /^owner_key_not_canonical: .*7\.50 \(2\)\.$/);
  const [exponent] = await codesOf('float8', ['7', '1e300', 'NaN']);
  assert.match(exponent!, /1e\+300 \(2\), NaN \(3\)\.$/);

  const folding = `CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`;
  assert.match((await codesOf('text COLLATE folding', ['ada'], folding))[0]!, /^owner_key_type: .*collation/);
  assert.match((await codesOf('timestamptz', ['2026-01-01']))[0]!, /^owner_key_type: .*timestamptz/);
  const domain = 'CREATE DOMAIN flag AS boolean; CREATE DOMAIN mark AS flag';
  assert.match((await codesOf('mark', ['true'], domain))[0]!, /^owner_key_type: .*bool/);
});

test('zero-padded numbers, UUIDs in upper case, blanks, enums and domains are good owner keys', async () => {
  assert.deepEqual(await codesOf('text', ['007', '+7', 'ADA', ' ada ', '', '６']), []);
  assert.deepEqual(await codesOf('char(40)', ['6BA7B810-9DAD-11D1-80B4-00C04FD430C8', '007']), []);
  assert.deepEqual(await codesOf('mood', ['sad'], "CREATE TYPE mood AS ENUM ('sad', 'Ok')"), []);
  assert.deepEqual(await codesOf('number', ['7'], 'CREATE DOMAIN number AS bigint'), []);
});

test('of 1,000 zero-padded keys in a text column all are on the side that the gateway sends them to', async () => {
  const dbs = await pair('CREATE TABLE notes (owner text)', 'SELECT 1', []);
  const keys = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(8, '0'));
  await dbs.legacy.query('INSERT INTO notes SELECT unnest($1::text[])', [keys]);
  const { rows } = await dbs.legacy.query(
    `SELECT owner, ${isServiceSideSql(5_000, 'owner', 'users')} AS service FROM notes`,
  );
  for (const { owner, service } of rows) assert.equal(service, isServiceSide(5_000, 'users', owner), owner);
  await dbs.close();
});
