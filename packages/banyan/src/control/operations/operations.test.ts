import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { applyGatewaySchema, readTable } from '@banyan/gateway';
import { add, resolvePlan } from '@banyan/plan';
import { FULL_SHARE } from '@banyan/plan/stages';
import { aPlan, aRoute, aService, aTable } from '@banyan/plan/testing';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { Ledger } from '../../rollout/evidence/ledger.ts';
import type { Control } from '../control.ts';
import { Baselines } from '../facts/baselines.ts';
import type { Sources } from '../facts/facts.ts';
import { publishIfChanged } from '../step/route-tables.ts';
import * as store from '../store/store.ts';
import { writeVerdict } from '../store/verifications.ts';
import { createOperations } from './operations.ts';

async function aControlPlane(t: TestContext, change: Partial<Sources> = {}, plan = resolvePlan(aPlan())) {
  const server = await testServer();
  const pool = createPool(await server.database('control'), { max: 4 });
  t.after(() => pool.end());
  await applyGatewaySchema(pool);
  await store.applyControlSchema(pool);
  await store.ensureServices(pool, Object.keys(plan.services));
  await withTransaction(pool, (client) => publishIfChanged(client, plan));
  const control = createOperations({
    pool,
    plan,
    ledger: new Ledger(pool),
    baselines: new Baselines(pool),
    refusals: { of: () => 0, excusedOf: () => 0 },
    ...change,
  });
  return { pool, control };
}

function refused(call: Promise<unknown>, code: string): Promise<void> {
  return assert.rejects(
    call,
    (error: { code: string; hint: string }) => error.code === code && error.hint !== '',
  );
}

async function serviceOf(control: Control, name: string) {
  return (await control.status()).services.find(({ service }) => service === name)!;
}

test('a pause keeps the target, and resuming goes on to it with evidence from then on', async (t) => {
  const { pool, control } = await aControlPlane(t);
  await control.advance('users', { stage: 'migrated', share: FULL_SHARE }, {});
  const paused = await control.pause('users', 'sale until Sunday');
  assert.deepEqual([paused.paused, paused.target.stage], ['sale until Sunday', 'migrated']);
  const before = (await readTable(pool))!.version;
  const resumed = await control.resume('users');
  assert.deepEqual([resumed.paused, resumed.target.stage], [null, 'migrated']);
  const state = (await store.readServices(pool)).find(({ service }) => service === 'users')!;
  assert.equal(state.evidenceVersion, before + 1);
  assert.equal((await readTable(pool))!.version, before + 1);
});

test('a pause is refused where nothing moves up, a resume where nothing was paused on its way', async (t) => {
  const { pool, control } = await aControlPlane(t);
  await refused(control.pause('users', ''), 'not_moving');
  await refused(control.resume('users'), 'not_paused');
  await refused(control.pause('ghost', ''), 'no_such_service');
  await pool.query(`UPDATE control.services SET stage = 'canary', share = 100 WHERE service = 'users'`);
  await refused(control.pause('users', ''), 'going_back');
  await pool.query(`UPDATE control.services SET stage = 'monolith', share = 0 WHERE service = 'users'`);
  await store.setTarget(pool, 'users', { stage: 'monolith', share: 0 }, { reason: 'it failed' });
  await store.pause(pool, 'users', 'it failed');
  await refused(control.resume('users'), 'went_back');
});

test('the reason of going back stays until somebody asks for something else', async (t) => {
  const { pool, control } = await aControlPlane(t);
  await pool.query(`UPDATE control.services SET stage = 'shadowing' WHERE service = 'users'`);
  await control.rollback('users', 'logins are slow since noon');
  await store.enterStage(pool, 'users', { stage: 'monolith', share: 0, version: 9 });
  await store.setMessage(pool, 'users', 'at monolith');
  assert.equal((await serviceOf(control, 'users')).reason, 'logins are slow since noon');
  await control.advance('users', null, {});
  assert.equal((await serviceOf(control, 'users')).reason, 'asked for by an operator');
});

test('nothing is retired that the monolith still refers to, unless somebody insists', async (t) => {
  const names = ['public.comments (comments_article_fkey)'];
  const rollbackFacts = {
    look: async () => {},
    referring: () => ({ names, at: new Date(0), stale: false }),
    onlyOnService: () => null,
    hearersOf: () => [],
    lookWhoHears: async () => {},
  };
  const articles = aService('articles', {
    routes: [aRoute('PUT /articles/:id', 'params.id')],
    tables: [aTable('articles', ['title'])],
  });
  const plan = resolvePlan(aPlan({ services: { articles } }));
  const { pool, control } = await aControlPlane(t, { rollbackFacts }, plan);
  await store.enterStage(pool, 'articles', { stage: 'migrated', share: FULL_SHARE, version: 1 });
  const counts = { rows: 3, missingInNew: 0, missingInLegacy: 0, inconsistent: 0 };
  const verdict = { verdict: 'CONSISTENT' as const, verifiedAt: null, sample: [], ...counts };
  await writeVerdict(pool, 'articles', { table: 'public.articles', ...verdict });
  await assert.rejects(control.retire('articles'), /comments \(comments_article_fkey\)/);
  assert.equal((await serviceOf(control, 'articles')).target.stage, 'monolith');
  assert.equal((await control.retire('articles', { force: true })).target.stage, 'retired');
});

test('nobody goes silent whom a service with users is made of, unless somebody insists', async (t) => {
  const rollbackFacts = {
    look: async () => {},
    referring: () => null,
    onlyOnService: () => null,
    hearersOf: (service: string) => (service === 'users' ? ['auth'] : []),
    lookWhoHears: async () => {},
  };
  const { pool, control } = await aControlPlane(t, { rollbackFacts });
  const at = (service: string, stage: 'monolith' | 'copying' | 'canary' | 'migrated', share = 0) =>
    store.enterStage(pool, service, { stage, share, version: 1 });
  await at('users', 'migrated', FULL_SHARE);
  await at('auth', 'canary', 5_000);
  const { users } = await control.plan('users', { stage: 'monolith', share: 0 });
  assert.ok(users);
  assert.match((await serviceOf(control, 'users')).rollbackImpact.details.at(-1)!, /made of it: auth/);
  await assert.rejects(control.rollback('users', ''), {
    code: 'others_hear',
    message: /'auth' is at canary 50% and is made of what 'users' tells/,
    hint: /advance users --to shadowing .*; banyan rollback auth first, or banyan rollback users --force/,
  });
  const monolith = { stage: 'monolith', share: 0 } as const;
  await refused(control.advance('users', monolith, {}), 'others_hear');
  assert.equal((await serviceOf(control, 'users')).target.stage, 'monolith');
  await control.advance('users', { stage: 'shadowing', share: 0 }, {});
  assert.equal((await serviceOf(control, 'users')).target.stage, 'shadowing');
  await at('users', 'copying');
  await refused(control.rollback('users', ''), 'others_hear');
  // Who hears nobody goes as ever; and so does whoever nobody with users hears.
  await control.rollback('auth', '');
  assert.equal((await control.rollback('users', '', { force: true })).target.stage, 'monolith');
  await at('auth', 'monolith');
  await control.advance('users', { stage: 'shadowing', share: 0 }, {});
  assert.equal((await control.rollback('users', '')).target.stage, 'monolith');
});

test('a service that was added has nothing to retire', async (t) => {
  const billing = add({
    url: 'http://127.0.0.1:4009',
    routes: [{ route: 'GET /invoices', key: 'token.sub' }],
  });
  const { pool, control } = await aControlPlane(t, {}, resolvePlan(aPlan({ services: { billing } })));
  await store.enterStage(pool, 'billing', { stage: 'migrated', share: FULL_SHARE, version: 1 });
  await refused(control.retire('billing'), 'nothing_to_retire');
  const { rollbackImpact, links } = await serviceOf(control, 'billing');
  assert.deepEqual([rollbackImpact.verdict, links], ['lossless', []]);
});

test('a wish for a service is one for all that leave with it, and all or none may have it', async (t) => {
  const plan = aPlan();
  plan.services.auth!.together = ['users'];
  const { pool, control } = await aControlPlane(t, {}, resolvePlan(plan));
  const wishes = async () =>
    (await store.readServices(pool)).map(({ target, paused, reason }) => [target.stage, paused, reason]);
  const twice = <T>(one: T) => [one, one];
  await control.advance('users', { stage: 'migrated', share: FULL_SHARE }, {});
  assert.deepEqual(await wishes(), twice(['migrated', null, 'asked for by an operator']));
  await control.pause('auth', 'sale until Sunday');
  assert.deepEqual(await wishes(), twice(['migrated', 'sale until Sunday', 'asked for by an operator']));
  await control.resume('users');
  assert.deepEqual(await wishes(), twice(['migrated', null, 'asked for by an operator']));
  const { auth } = await control.plan('auth', null);
  assert.equal(auth![0]!.what, 'enter copying, with users');
  assert.deepEqual((await serviceOf(control, 'users')).together, ['auth']);
  await control.rollback('auth', 'logins are slow');
  assert.deepEqual(await wishes(), twice(['monolith', null, 'logins are slow']));
  for (const name of ['auth', 'users'])
    await store.enterStage(pool, name, { stage: 'migrated', share: FULL_SHARE, version: 1 });
  await refused(control.retire('users'), 'not_consistent');
  assert.deepEqual(await wishes(), twice(['monolith', null, 'logins are slow']));
});
