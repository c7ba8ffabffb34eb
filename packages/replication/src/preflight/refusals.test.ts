import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';
import { pair, rowsOf } from '../testing/support.ts';
import { THINGS, things } from '../testing/things.ts';

test('a table without a primary key is refused before anything is touched, and the source goes on writing', async () => {
  const dbs = await pair('CREATE TABLE things (id int, a text, b text)', THINGS, [things()]);
  const link = openLink(dbs.config('forward'));
  const findings = await link.preflight();
  assert.ok(
    findings.some(
      (finding) =>
        finding.code === 'no_primary_key' &&
        finding.severity === 'error' &&
        finding.table === 'public.things',
    ),
  );
  await assert.rejects(link.prepare(), {
    code: 'PREFLIGHT_FAILED',
    message: /public.things.*no primary key/,
  });
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT pubname FROM pg_publication'), []);
  await dbs.legacy.query(
    `INSERT INTO things VALUES (1, 'a', 'b'); UPDATE things SET a = 'c'; DELETE FROM things`,
  );
  await dbs.close();
});

test('preflight names what is wrong, where, and how to fix it, and changes nothing', async () => {
  const dbs = await pair(
    'CREATE TABLE things (id int PRIMARY KEY, a text, b text); ALTER TABLE things REPLICA IDENTITY NOTHING; CREATE TABLE lists (id int PRIMARY KEY, x text)',
    `CREATE TABLE things (id int, a text, b text, must text NOT NULL); INSERT INTO things VALUES (1, 'x', 'y', 'z');
     CREATE TABLE lists (id int PRIMARY KEY, y text GENERATED ALWAYS AS ('c') STORED)`,
    [
      things(),
      table({ legacy: 'lists', columns: [copy('id'), { ...copy('x')[0]!, forward: { y: '"x"' } }] }),
      table({ legacy: 'nowhere', columns: [copy('id')] }),
    ],
  );
  const findings = await openLink(dbs.config('forward')).preflight();
  assert.deepEqual([...new Set(findings.map((finding) => finding.code))].sort(), [
    'no_column',
    'no_primary_key',
    'no_table',
    'replica_identity',
    'target_not_empty',
    'target_not_null',
  ]);
  for (const finding of findings) assert.ok(finding.message && finding.hint, finding.code);
  assert.deepEqual(
    await rowsOf(dbs.service, `SELECT nspname FROM pg_namespace WHERE nspname = 'banyan'`),
    [],
  );
  await dbs.close();
});

test('preflight of a role without rights says which it lacks', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const role = `weak_${process.pid}`;
  await dbs.legacy.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'weak'; GRANT USAGE ON SCHEMA public TO ${role}`,
  );
  const as = (url: string) => Object.assign(new URL(url), { username: role, password: 'weak' }).href;
  const findings = await openLink({
    ...dbs.config('forward'),
    source: as(dbs.legacyUrl),
    target: as(dbs.serviceUrl),
  })
    .preflight()
    .catch((error: Error) => assert.fail(error));
  const codes = findings.map((finding) => finding.code);
  for (const code of [
    'no_replication_privilege',
    'no_create_privilege',
    'no_origin_privilege',
    'no_schema_privilege',
    'no_replica_role',
    'table_privilege',
    'table_owner',
  ])
    assert.ok(codes.includes(code), `${code} in ${codes}`);
  await dbs.legacy.query(`DROP OWNED BY ${role}`);
  await dbs.service.query(`DROP OWNED BY ${role}`);
  await dbs.legacy.query(`DROP ROLE ${role}`);
  await dbs.close();
});
