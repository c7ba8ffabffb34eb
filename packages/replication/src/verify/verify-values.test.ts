import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copy, table } from '../mapping/mapping.ts';
import { pair } from '../testing/support.ts';
import { verify } from './verify.ts';

const check = { salt: 'x', share: 0, waitApplied: async () => {} };

test('of json every difference is seen, of json beside jsonb every one that jsonb has, whatever it cannot hold', async () => {
  const mapping = table({ legacy: 'docs', columns: [copy('id', 'doc', 'kept')] });
  const dbs = await pair(
    `CREATE TABLE docs (id int PRIMARY KEY, doc json, kept json); INSERT INTO docs VALUES
      (1, '{"a":1,"b":2}', '{"b":1, "a":2}'), (2, '{"a":1}', NULL), (3, '{"a":1,"a":2}', NULL), (4, '"\\u0000"', NULL),
      (5, NULL, '{"a":1}'), (6, '[1.0]', '[1.0]')`,
    `CREATE TABLE docs (id int PRIMARY KEY, doc json, kept jsonb); INSERT INTO docs VALUES
      (1, '{"b":2,"a":1}', '{"a":2,"b":1}'), (2, '{"a": 1}', NULL), (3, '{"a":2}', NULL), (4, '"\\u0000"', NULL),
      (5, NULL, '{"a":2}'), (6, '[1.0]', '[1.0]')`,
    [mapping],
  );
  const verdict = await verify({ ...check, legacy: dbs.legacyUrl, service: dbs.serviceUrl, mapping });
  assert.deepEqual(
    verdict.sample.map(({ key, columns }) => [key.id, columns]),
    [
      ['1', ['doc']],
      ['2', ['doc']],
      ['3', ['doc']],
      ['5', ['kept']],
    ],
  );
  assert.equal(verdict.consistent, 2);
  await dbs.close();
});

test('rows whose key is NULL are counted, and missing on the other side', async () => {
  const mapping = table({ legacy: 'codes', columns: [copy('id')] });
  const dbs = await pair(
    'CREATE TABLE codes (id int UNIQUE); INSERT INTO codes VALUES (1), (2), (NULL), (NULL)',
    'CREATE TABLE codes (id int UNIQUE); INSERT INTO codes VALUES (1), (2), (NULL)',
    [mapping],
  );
  const verdict = await verify({
    ...check,
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    mapping,
    rangeRows: 1,
  });
  assert.deepEqual(
    [verdict.verdict, verdict.rows, verdict.missingInNew, verdict.missingInLegacy],
    ['MISSING_IN_NEW', 5, 2, 1],
  );
  await dbs.close();
});
