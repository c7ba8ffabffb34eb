import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../link/link.ts';
import { copy, derived, table } from '../mapping/mapping.ts';
import { pair } from '../testing/support.ts';

/** What would be found out by the first row, or never: code and severity, by the table that it is about. */
const CASES: { what: string; legacy: string; service: string; columns: string[]; expect: string[] }[] = [
  {
    what: 'a key that may be NULL',
    legacy: '(pk int PRIMARY KEY, id int UNIQUE)',
    service: '(id int UNIQUE)',
    columns: ['id'],
    expect: ['key_nullable error', 'key_nullable error', 'replica_identity error'],
  },
  {
    what: 'a generated column that is read',
    legacy: '(id int PRIMARY KEY, n int GENERATED ALWAYS AS (id * 2) STORED)',
    service: '(id int PRIMARY KEY, n int)',
    columns: ['id', 'n'],
    expect: ['generated_column error'],
  },
  {
    what: 'an identity that can only be inserted',
    legacy: '(id int PRIMARY KEY, n int)',
    service: '(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int)',
    columns: ['id', 'n'],
    expect: ['identity_always warning'],
  },
  {
    what: 'an identity that has to be updated',
    legacy: '(id int PRIMARY KEY, n int)',
    service: '(id int PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY)',
    columns: ['id', 'n'],
    expect: ['identity_always error'],
  },
  {
    what: 'a constraint that waits on one side only',
    legacy: '(id int PRIMARY KEY, n int UNIQUE DEFERRABLE INITIALLY DEFERRED)',
    service: '(id int PRIMARY KEY, n int UNIQUE)',
    columns: ['id', 'n'],
    expect: ['deferrable_differs warning'],
  },
  {
    what: 'a key that waits',
    legacy: '(id int PRIMARY KEY)',
    service: '(id int PRIMARY KEY DEFERRABLE)',
    columns: ['id'],
    expect: ['key_deferrable error', 'no_primary_key error'],
  },
  {
    what: 'keys that are ordered otherwise',
    legacy: '(id text COLLATE "C" PRIMARY KEY)',
    service: '(id text COLLATE "und-x-icu" PRIMARY KEY)',
    columns: ['id'],
    expect: ['key_order warning'],
  },
  {
    what: 'keys of which two may be one on the other side',
    legacy: '(id text PRIMARY KEY)',
    service: '(id text COLLATE loose PRIMARY KEY)',
    columns: ['id'],
    expect: ['key_coarse error', 'key_order warning'],
  },
];

test('preflight says what the first row would, or nobody: keys, generated columns, identities, constraints, order', {
  timeout: 300_000,
}, async () => {
  const define = (side: 'legacy' | 'service') =>
    CASES.map((each, index) => `CREATE TABLE t${index} ${each[side]}`).join('; ');
  const heirs = `CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child () INHERITS (parent);
    CREATE TABLE root (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (0) TO (10)`;
  const losing = `CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY);
    CREATE TABLE dropping (id int PRIMARY KEY); CREATE TABLE ruled (id int PRIMARY KEY);
    CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER theirs BEFORE INSERT ON dropping FOR EACH ROW EXECUTE FUNCTION drop_row();
    CREATE TRIGGER "Drop it" BEFORE INSERT ON dropping FOR EACH ROW EXECUTE FUNCTION drop_row();
    ALTER TABLE dropping ENABLE ALWAYS TRIGGER "Drop it";
    CREATE RULE nothing AS ON INSERT TO ruled DO INSTEAD NOTHING; ALTER TABLE ruled ENABLE REPLICA RULE nothing`;
  const loose = `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`;
  const plain = ['parent', 'root', 'leaf'];
  const lossy = ['unlogged', 'dropping', 'ruled'];
  const dbs = await pair(
    `${define('legacy')}; ${heirs}; ${lossy.map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY)`).join('; ')}`,
    `${loose}; ${losing}; ${define('service')}; ${plain.map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY)`).join('; ')}`,
    [
      ...CASES.map(({ columns }, index) => table({ legacy: `t${index}`, columns: [copy(...columns)] })),
      ...[...plain, ...lossy].map((name) => table({ legacy: name, columns: [copy('id')] })),
    ],
  );
  const findings = await openLink(dbs.config('forward')).preflight();
  const found = (name: string) =>
    findings
      .filter((finding) => finding.table === `public.${name}`)
      .map(({ code, severity }) => `${code} ${severity}`)
      .sort();
  for (const [index, { what, expect }] of CASES.entries()) assert.deepEqual(found(`t${index}`), expect, what);
  assert.deepEqual(found('parent'), ['inherited error']);
  assert.deepEqual(found('root'), ['partitioned error']);
  assert.deepEqual(found('leaf'), ['partition warning']);
  assert.deepEqual(found('unlogged'), ['not_logged error']);
  for (const name of ['dropping', 'ruled']) assert.deepEqual(found(name), ['intercepted error']);
  const [dropping] = findings.filter(({ table }) => table === 'public.dropping');
  assert.match(dropping!.message, /^trigger "Drop it" of public.dropping/);
  for (const finding of findings) assert.ok(finding.message && finding.hint && finding.end, finding.code);
  // Whoever does not ask is refused all the same where rows would be lost without a word.
  for (const name of ['parent', 'root', 't0', ...lossy])
    await assert.rejects(
      openLink(dbs.config('forward', { tables: [table({ legacy: name, columns: [copy('id')] })] })).prepare(),
      { code: 'PREFLIGHT_FAILED' },
    );
  await dbs.close();
});

test('two mappings of one link never share a table, on either side', () => {
  const config = (...tables: ReturnType<typeof table>[]) => ({
    service: 'x',
    direction: 'forward' as const,
    source: '',
    target: '',
    tables,
  });
  const columns = [copy('id'), derived('n', '1', { reads: ['id'] })];
  const [a, b, c] = [
    table({ legacy: 'users_1', service: 'users', columns }),
    table({ legacy: 'users_2', service: 'users', columns }),
    table({ legacy: 'users_1', service: 'others', columns }),
  ];
  assert.throws(() => openLink(config(a, b)), { code: 'MAPPING_INVALID', message: /public\.users.*service/ });
  assert.throws(() => openLink(config(a, c)), {
    code: 'MAPPING_INVALID',
    message: /public\.users_1.*monolith/,
  });
});
