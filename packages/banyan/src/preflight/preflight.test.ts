import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { applyGatewaySchema } from '@banyan/gateway';
import { resolvePlan } from '@banyan/plan';
import { aPlan, aRoute, aService, aTable } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { installGuard, openLink, removeGuard } from '@banyan/replication';
import { applyControlSchema } from '../control/store/store.ts';
import { preflightPlan } from './preflight.ts';
import { setupScripts } from './setup-scripts.ts';

async function database(name: string, sql: string): Promise<string> {
  const url = await (await testServer()).database(name);
  const pool = createPool(url);
  await pool.query(sql);
  await pool.end();
  return url;
}

async function planOver(monolithSql: string, serviceSql: string) {
  const monolith = await database('legacy', monolithSql);
  const plan = aPlan({
    control: { database: await database('control', 'SELECT 1') },
    services: {
      auth: aService('auth', {
        database: await database('auth', serviceSql),
        routes: [aRoute('GET /me', 'token.sub')],
        tables: [aTable('users', ['email'])],
      }),
    },
  });
  plan.monolith.database = monolith;
  return plan;
}

const USERS = 'CREATE TABLE users (id bigint PRIMARY KEY, email text)';

test('databases that fit the plan draw no errors', async () => {
  const findings = await preflightPlan(resolvePlan(await planOver(USERS, USERS)));
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'error'),
    [],
  );
});

test('a table without a primary key and a missing one are found, with a hint', async () => {
  const withoutKey = resolvePlan(await planOver('CREATE TABLE users (id bigint, email text)', USERS));
  const found = (await preflightPlan(withoutKey)).find(({ code }) => code === 'no_primary_key');
  assert.equal(found?.where, 'monolith.database');
  assert.match(found.hint, /primary key/);
  const missing = await preflightPlan(resolvePlan(await planOver(USERS, 'SELECT 1')));
  assert.ok(missing.some(({ code, where }) => code === 'no_table' && where === 'services.auth.database'));
});

test('a database that does not answer is one finding, not a crash, and hides its password', async () => {
  const plan = await planOver(USERS, USERS);
  plan.services.auth!.database = 'postgres://auth:hush-hush@127.0.0.1:1/auth';
  const findings = await preflightPlan(resolvePlan(plan));
  assert.deepEqual(
    findings.map(({ where, code }) => [where, code]),
    [['services.auth.database', 'unreachable']],
  );
  assert.match(findings[0]!.message, /ECONNREFUSED/);
  assert.ok(!JSON.stringify(findings).includes('hush-hush'));
});

test('a database that the role may only read is not ready, and says what to run', async () => {
  const plan = await planOver(USERS, USERS);
  const reader = await (await testServer()).role('Read er');
  const [name, role] = [new URL(plan.monolith.database).pathname.slice(1), `"${reader.name}"`];
  const admin = createPool(plan.monolith.database, { max: 1 });
  await admin.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
  plan.monolith.database = reader.url(plan.monolith.database);
  const readOnly = async () =>
    (await preflightPlan(resolvePlan(plan))).filter(({ code }) => code === 'read_only');
  const found = await readOnly();
  assert.deepEqual(
    found.map(({ where, severity, sql }) => [where, severity, sql]),
    [
      [
        'monolith.database',
        'error',
        [`ALTER ROLE ${role} IN DATABASE "${name}" SET default_transaction_read_only = off`],
      ],
    ],
  );
  await admin.query(found[0]!.sql![0]!);
  assert.deepEqual(await readOnly(), []);
  await admin.end();
});

test('each thing is told once, and a misspelt name with the one that was meant', async () => {
  const plan = await planOver(
    'CREATE TABLE users (id bigint, email text); CREATE TABLE users2 (id int)',
    USERS,
  );
  const keyless = await preflightPlan(resolvePlan(plan));
  assert.deepEqual(
    keyless.map(({ where, code }) => [where, code]),
    [['monolith.database', 'no_primary_key']],
  );
  const misspelt = await planOver(USERS, 'CREATE TABLE user_s (id bigint PRIMARY KEY, email text)');
  misspelt.services.auth!.tables = [aTable('users', ['emial'])];
  const told = (await preflightPlan(resolvePlan(misspelt))).map(({ where, message, hint }) => [
    where,
    message,
    hint,
  ]);
  assert.deepEqual(told, [
    ['monolith.database', 'public.users has no column emial.', 'Did you mean email?'],
    [
      'services.auth.database',
      "The service's database has no table public.users.",
      'Did you mean public.user_s?',
    ],
  ]);
});

test('check --sql makes strangers ready: a Banyan that is no superuser, a monolith whose role owns its tables', async () => {
  const server = await testServer();
  const [banyan, app, owner] = await Promise.all([
    server.role('banyan'),
    server.role('app'),
    server.role('auth_owner'),
  ]);
  const plan = await planOver(
    `CREATE SCHEMA shop; CREATE TABLE shop.users (id serial PRIMARY KEY, email text);
     CREATE TABLE shop.sessions (id int PRIMARY KEY, "user" int REFERENCES shop.users ON DELETE CASCADE);
     INSERT INTO shop.users (email) VALUES ('a@b.c'); INSERT INTO shop.sessions VALUES (1, 1);
     ALTER SCHEMA shop OWNER TO ${app.name}; ALTER TABLE shop.users OWNER TO ${app.name}; ALTER TABLE shop.sessions OWNER TO ${app.name};
     REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    `CREATE TABLE users (id serial PRIMARY KEY, email text); CREATE TABLE sessions (id int PRIMARY KEY, "user" int);
     ALTER TABLE users OWNER TO ${owner.name}; ALTER TABLE sessions OWNER TO ${owner.name}`,
  );
  const auth = plan.services.auth!;
  auth.tables = [
    aTable('users', ['email'], { legacy: { schema: 'shop', table: 'users', key: ['id'] } }),
    aTable('sessions', ['user'], { legacy: { schema: 'shop', table: 'sessions', key: ['id'] } }),
  ];
  const admin = {
    'monolith.database': plan.monolith.database,
    'control.database': plan.control.database,
    'services.auth.database': auth.database,
  };
  plan.monolith.database = banyan.url(plan.monolith.database);
  plan.control.database = banyan.url(plan.control.database);
  auth.database = banyan.url(auth.database!);
  const resolved = resolvePlan(plan);
  const before = await preflightPlan(resolved);
  for (const where of Object.keys(admin))
    assert.ok(
      before.some((finding) => finding.where === where && finding.severity === 'error'),
      where,
    );
  const scripts = setupScripts(resolved, before);
  assert.doesNotMatch(JSON.stringify(scripts), new RegExp(new URL(plan.monolith.database).password));
  for (const { where, sql } of scripts) {
    const pool = createPool(admin[where as keyof typeof admin]!, { max: 1 });
    await pool.query(sql);
    await pool.end();
  }
  const after = await preflightPlan(resolved, { trial: true });
  assert.deepEqual(
    after.filter(({ severity }) => severity !== 'warning'),
    [],
  );

  // Ready is ready: both links live, and the guard is there, all as Banyan's own role.
  const tables = auth.tables;
  for (const direction of ['forward', 'reverse'] as const) {
    const [source, target] =
      direction === 'forward'
        ? [plan.monolith.database, auth.database]
        : [auth.database, plan.monolith.database];
    const link = openLink({ service: 'strangers', direction, source, target, tables });
    await link.prepare();
    if (direction === 'forward') await link.copy();
    const stopper = new AbortController();
    const ended = link.stream({ signal: stopper.signal });
    while (link.status().state !== 'streaming') await delay(20);
    await link.barrier({ lock: true });
    stopper.abort();
    await ended;
    await link.drop();
  }
  const monolith = createPool(plan.monolith.database, { max: 2 });
  await installGuard(monolith, { service: 'strangers', tables });
  await removeGuard(monolith, { service: 'strangers' });
  await monolith.end();
  await applyControlSchemas(plan.control.database);
});

async function applyControlSchemas(url: string): Promise<void> {
  const pool = createPool(url, { max: 2 });
  await applyGatewaySchema(pool);
  await applyControlSchema(pool);
  await pool.end();
}
