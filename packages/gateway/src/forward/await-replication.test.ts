import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { ReadPins } from '../choose/read-pins.ts';
import { memorySource } from '../control/memory-source.ts';
import { ReplicationWaiter } from '../control/replication-waiter.ts';
import type { Route } from '../control/route-table.ts';
import { sendJson, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';

const REGISTER = {
  method: 'POST',
  path: '/register',
  key: { from: 'none' as const },
  settle: { monolith: [['auth.forward'], ['users.forward']], service: [['auth.reverse']] },
};

async function world(t: TestContext, share = 100, settling: Partial<Route['settle']> = {}) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf(
    { monolith: monolith.url, service: service.url },
    share,
    [
      { ...REGISTER, settle: { ...REGISTER.settle, ...settling } },
      { method: '*', path: '/list', key: { from: 'none' }, settle: { monolith: [], service: [['x']] } },
    ],
    { settleMs: 200 },
  );
  const asked: string[][][] = [];
  const waiting: ((settled: boolean) => void)[] = [];
  const source = memorySource(table, {
    settle: (waves) => {
      asked.push(waves);
      return new Promise((resolve) => waiting.push(resolve));
    },
  });
  const { gateway } = await startTestGateway(t, table, { source });
  const post = (path = '/register') => fetch(gateway.url + path, { method: 'POST', body: '{}' });
  return { monolith, service, table, source, gateway, post, asked, waiting };
}

describe('a write without a key', () => {
  test('is answered only when the other side has it', async (t) => {
    const { post, asked, waiting } = await world(t);
    let answered = false;
    const answer = post().then((response) => {
      answered = true;
      return response;
    });
    await until(() => waiting.length === 1);
    assert.deepEqual(asked, [REGISTER.settle.monolith]);
    assert.equal(answered, false);
    waiting[0]!(true);
    assert.equal((await answer).status, 200);
  });

  test('is answered when that takes too long, and counted', async (t) => {
    const { post, waiting, gateway } = await world(t);
    const answer = post();
    await until(() => waiting.length === 1);
    waiting[0]!(false);
    assert.equal((await answer).status, 200);
    assert.match(await gateway.metrics(), /settle_timeouts_total 1/);
  });

  test('that failed is answered at once', async (t) => {
    const { post, asked, monolith } = await world(t);
    monolith.answer = (_req, res) => sendJson(res, 409, {});
    assert.equal((await post()).status, 409);
    assert.deepEqual(asked, []);
  });

  test('waits for the links of its own side', async (t) => {
    const { post, asked, waiting } = await world(t, 10_000);
    const answer = post();
    await until(() => waiting.length === 1);
    waiting[0]!(true);
    assert.deepEqual(
      [((await (await answer).json()) as { from: string }).from, asked[0]],
      ['service', REGISTER.settle.service],
    );
  });

  test('waits for a service whose first users are moving, though it was sent on before', async (t) => {
    const starting = [{ service: 'stock', link: 'stock.forward' }];
    const { table, source, gateway, post, asked, waiting, monolith } = await world(t, 100, { starting });
    const first = { id: 'first', service: 'stock', fromShare: 0, toShare: 100, limitMs: 60_000 };
    let answer = () => {};
    monolith.answer = (_req, res) => {
      answer = () => sendJson(res, 200, {});
    };
    const write = async (meanwhile: () => Promise<unknown>, awaited: string[][]) => {
      const before = { seen: monolith.seen.length, asked: asked.length };
      const answered = post();
      await until(() => monolith.seen.length > before.seen);
      await meanwhile();
      answer();
      await until(() => waiting.length > before.asked);
      assert.deepEqual(asked.at(-1), awaited);
      waiting.at(-1)!(true);
      await answered;
    };
    const links = REGISTER.settle.monolith;
    await write(async () => {}, links);
    await write(async () => {
      source.openFence(first);
      await until(() => source.acks('first') === 1);
    }, [...links, ['stock.forward']]);
    const settle = { ...REGISTER.settle, monolith: [[...links.flat(), 'stock.forward']] };
    await write(async () => {
      const routes = table.routes.map((route) => ({ ...route, settle }));
      source.commitFence('first', { ...table, version: 2, routes });
      while (!/table_version 2$/m.test(await gateway.metrics()));
    }, settle.monolith);
  });

  test('is held by a fence that crosses 100 %, and only by such a one', async (t) => {
    const { table, source, post, waiting, monolith, service } = await world(t);
    source.openFence({ id: 'half', service: 'users', fromShare: 100, toShare: 5_000, limitMs: 60_000 });
    await until(() => source.acks('half') === 1);
    const early = post();
    await until(() => waiting.length === 1);
    waiting[0]!(true);
    await early;
    assert.equal(monolith.seen.length, 1);
    await source.abortFence('half');
    source.openFence({ id: 'full', service: 'users', fromShare: 100, toShare: 10_000, limitMs: 60_000 });
    await until(() => source.acks('full') === 1);
    const held = post();
    const users = { ...table.services.users!, share: 10_000 };
    source.commitFence('full', { ...table, version: 2, services: { users } });
    await until(() => waiting.length === 2);
    waiting[1]!(true);
    await held;
    assert.deepEqual([monolith.seen.length, service.seen.length], [1, 1]);
  });
});

test('settle is asked once for those who come together, with the token', async (t) => {
  const asked: { waves: string[][]; authorization?: string }[] = [];
  let settled = true;
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk) => {
      text += chunk;
    });
    req.on('end', () => {
      asked.push({ waves: JSON.parse(text).waves, authorization: req.headers.authorization });
      sendJson(res, 200, { settled });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const client = new ReplicationWaiter(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    'secret',
  );
  const waves = [['a'], ['b']];
  assert.deepEqual(
    await Promise.all([client.settle(waves, 100), client.settle(waves, 100), client.settle([['c']], 100)]),
    [true, true, true],
  );
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[0], { waves, authorization: 'Bearer secret' });
  settled = false;
  assert.equal(await client.settle(waves, 100), false);
  await client.close();
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(new ReplicationWaiter('http://127.0.0.1:9', 'x').settle(waves, 100));
});

test('a write of a route that stays on the monolith is answered once the services that read its tables have it', async (t) => {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf(
    { monolith: monolith.url, service: service.url },
    10_000,
    [{ method: 'POST', path: '/comments' }],
    {
      unmoved: [{ method: 'POST', path: '/articles/:id', settle: [['users.forward']] }],
    },
  );
  let settled = (_: boolean) => {};
  const asked: string[][][] = [];
  const source = memorySource(table, {
    settle: (waves) => {
      asked.push(waves);
      return new Promise((resolve) => {
        settled = resolve;
      });
    },
  });
  const { gateway } = await startTestGateway(t, table, { source });
  let answered = false;
  const write = fetch(`${gateway.url}/Articles/7/?a=b`, { method: 'POST' }).then((response) => {
    answered = true;
    return response.json();
  });
  await until(() => asked.length === 1);
  assert.deepEqual([monolith.seen.length, answered, asked], [1, false, [[['users.forward']]]]);
  settled(true);
  assert.deepEqual(await write, { from: 'monolith' });
  for (const [method, path] of [
    ['GET', '/articles/7'],
    ['DELETE', '/articles/7'],
    ['POST', '/articles'],
  ])
    await (await fetch(`${gateway.url}${path}`, { method })).text();
  monolith.answer = (_req, res) => sendJson(res, 422, {});
  await (await fetch(`${gateway.url}/articles/7`, { method: 'POST' })).text();
  assert.equal(asked.length, 1, 'reads, other routes and refused writes wait for nothing');
});

test('reads of a known consumer stay on the side of its write until the other side has it', async (t) => {
  const { SignJWT } = await import('jose');
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const secret = 'x'.repeat(32);
  const table = tableOf(
    { monolith: monolith.url, service: service.url },
    5_000,
    [
      {
        method: '*',
        path: '/posts',
        key: { from: 'none' },
        settle: { monolith: [['p.forward']], service: [] },
      },
    ],
    { issuers: [{ name: 'm', issuer: '', algorithm: 'HS256', secret }], settleMs: 10 },
  );
  let arrived = () => {};
  const answers: Promise<boolean>[] = [
    Promise.resolve(false),
    new Promise((resolve) => {
      arrived = () => resolve(true);
    }),
  ];
  const source = memorySource(table, { settle: () => answers.shift() ?? Promise.resolve(true) });
  const { gateway } = await startTestGateway(t, table, { source });
  const subjects = Array.from({ length: 100 }, (_, id) => String(id));
  const subject = subjects.find((id) => isServiceSide(5_000, 'users', id))!;
  const token = await new SignJWT({ sub: subject })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
  const call = async (method: string) => {
    const response = await fetch(`${gateway.url}/posts`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
    return ((await response.json()) as { from: string }).from;
  };
  assert.equal(await call('GET'), 'service');
  assert.equal(await call('POST'), 'monolith');
  assert.equal(await call('GET'), 'monolith');
  arrived();
  await until(async () => (await call('GET')) === 'service');
});

test('a pin does not outlive a fenced step: the barrier has carried the write over', async () => {
  const source = { settle: () => new Promise<boolean>(() => {}), pins: null };
  const pins = new ReadPins({ source, now: () => 0, leased: () => true, pinnable: () => true });
  await pins.late('me', ['users'], 'monolith', [['users.forward']], 1);
  await pins.late('me', ['auth'], 'monolith', [['auth.forward']], 1);
  pins.moved('users', 2);
  assert.deepEqual([pins.get('me', 'users'), pins.get('me', 'auth')], [null, 'monolith']);
});
