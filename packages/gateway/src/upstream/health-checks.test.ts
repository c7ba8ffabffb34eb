import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sendJson, startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';
import type { Every } from './upstream.ts';

const EVERY_10_S = { path: '/health/ready', intervalMs: 10_000, unhealthyAfter: 3, healthyAfter: 3 };

/** A gateway before two instances of a service, whose health is checked when the test says that the time has come. */
async function checkedWorld(t: TestContext) {
  const names = ['one', 'two'] as const;
  const instances = await Promise.all(names.map((name) => startBackend(t, name)));
  const [one, two] = instances as [(typeof instances)[0], (typeof instances)[0]];
  const unwell = new Set<string>();
  for (const [index, name] of names.entries())
    instances[index]!.answer = (req, res) =>
      sendJson(res, req.url === '/health/ready' && unwell.has(name) ? 503 : 200, { from: name });
  const checks: { ms: number; run: () => Promise<void>; ended: boolean }[] = [];
  const every: Every = (ms, run) => {
    const check = { ms, run, ended: false };
    checks.push(check);
    return () => {
      check.ended = true;
    };
  };
  const table = tableOf({ monolith: one.url, service: [one.url, two.url] }, 10_000, [
    { method: 'GET', path: '/x', mode: 'migrated' },
  ]);
  table.services.users!.upstream.health = EVERY_10_S;
  const { gateway, source } = await startTestGateway(t, table, { every });
  return {
    unwell,
    checks,
    table,
    source,
    gateway,
    pass: async (intervals: number) => {
      for (let i = 0; i < intervals; i++) for (const { run, ended } of checks) if (!ended) await run();
    },
    answering: async () => {
      const from = new Set<string>();
      for (let i = 0; i < 4; i++) from.add((await read(`${gateway.url}/x`)).from);
      return [...from].sort();
    },
  };
}

test('an instance is taken out after three failed checks, ten seconds apart, and in again after three good ones', async (t) => {
  const { unwell, checks, pass, answering } = await checkedWorld(t);
  assert.deepEqual(
    checks.map(({ ms }) => ms),
    [10_000],
  );
  unwell.add('two');
  await pass(2);
  assert.deepEqual(await answering(), ['one', 'two'], 'two failed checks say nothing yet');
  await pass(1);
  assert.deepEqual(await answering(), ['one']);
  unwell.delete('two');
  await pass(2);
  assert.deepEqual(await answering(), ['one']);
  await pass(1);
  assert.deepEqual(await answering(), ['one', 'two']);
});

test('checks that failed count in a row only', async (t) => {
  const { unwell, pass, answering } = await checkedWorld(t);
  for (let i = 0; i < 3; i++) {
    unwell.add('two');
    await pass(2);
    unwell.delete('two');
    await pass(1);
  }
  assert.deepEqual(await answering(), ['one', 'two']);
});

test('a new table with other checks begins them anew, one with the same goes on counting', async (t) => {
  const { unwell, checks, pass, answering, table, source, gateway } = await checkedWorld(t);
  unwell.add('two');
  await pass(2);
  source.publish({ ...table, version: 2 });
  await gateway.reload();
  assert.equal(checks.length, 1);
  await pass(1);
  assert.deepEqual(await answering(), ['one']);
  const slower = structuredClone(table);
  slower.services.users!.upstream.health = { ...EVERY_10_S, intervalMs: 20_000 };
  source.publish({ ...slower, version: 3 });
  await gateway.reload();
  assert.deepEqual(
    checks.map(({ ms, ended }) => [ms, ended]),
    [
      [10_000, true],
      [20_000, false],
    ],
  );
});

async function read(url: string): Promise<{ from: string }> {
  return (await (await fetch(url)).json()) as { from: string };
}
