import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { aPlan, aRoute, aService, aTable } from '../testing/plans.ts';
import { preflightPlan } from './preflight.ts';
import { resolvePlan } from './resolved.ts';

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

test('a table without a primary key and a missing one are found, with a mend', async () => {
  const withoutKey = resolvePlan(await planOver('CREATE TABLE users (id bigint, email text)', USERS));
  const found = (await preflightPlan(withoutKey)).find(({ code }) => code === 'no_primary_key');
  assert.equal(found?.where, 'auth.forward');
  assert.match(found.mend, /primary key/);
  const missing = await preflightPlan(resolvePlan(await planOver(USERS, 'SELECT 1')));
  assert.ok(missing.some(({ code, where }) => code === 'no_table' && where === 'auth.forward'));
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
