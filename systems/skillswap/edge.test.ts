import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Gateway, memorySource, type RouteTable, startGateway } from '@banyan/gateway';
import { variableOf } from '@banyan/harness/system';
import { buildRouteTable, resolvePlan } from '@banyan/plan';
import data from './monolith/data.ts';
import { userId } from './monolith/generate.ts';
import { system } from './system.ts';

/** What the gateway of SkillSwap's plan does with a request before anybody sees it: the real one, in front of a server that answers all. */

const SECRET = 'the secret of the monolith, long enough for anybody';
const GATEWAY_KEY = generateKeyPairSync('ed25519')
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const PURCHASE = { paymentMethodId: 'pm_1', amount: 1_000, currency: 'USD' };
const WITHDRAWAL = { credits: 10, currency: 'USD' };

let table: RouteTable;
let gateway: Gateway;
const seen: { method: string; path: string; body: string }[] = [];
const monolith = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    seen.push({ method: request.method!, path: request.url!, body });
    response.end('{}');
  });
});

before(async () => {
  await new Promise<void>((resolve) => monolith.listen(0, '127.0.0.1', resolve));
  const named = (service: string) => variableOf(system, service, 'DATABASE_URL');
  Object.assign(process.env, {
    [variableOf(system, 'MONOLITH_URL')]: `http://127.0.0.1:${(monolith.address() as AddressInfo).port}`,
    [variableOf(system, 'MONOLITH_DATABASE_URL')]: 'postgresql://127.0.0.1/monolith',
    ...Object.fromEntries(system.services.map((name) => [named(name), `postgresql://127.0.0.1/${name}`])),
    [variableOf(system, 'JWT_SECRET')]: SECRET,
    [variableOf(system, 'GATEWAY_KEY')]: GATEWAY_KEY,
    BANYAN_DATABASE_URL: 'postgresql://127.0.0.1/control',
  });
  const { default: plan } = await import('./banyan.config.ts');
  table = buildRouteTable(resolvePlan(plan), {}, 1);
  gateway = await startGateway({ source: memorySource(table), port: 0, onError: console.error });
});

after(async () => {
  await gateway?.stop(1_000);
  monolith.close();
  monolith.closeAllConnections();
});

const send = (method: string, path: string, { user = 1, body }: { user?: number; body?: unknown } = {}) =>
  fetch(`${gateway.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${data.token(userId(user), SECRET)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

it('every upstream has ten seconds, and is asked how it is every ten; three failed checks take it out', () => {
  const upstreams = [table.monolith, ...Object.values(table.services).map(({ upstream }) => upstream)];
  assert.equal(upstreams.length, 1 + system.services.length);
  for (const { timeoutMs, health } of upstreams) {
    assert.equal(timeoutMs, 10_000);
    const { path: _, ...checks } = health!;
    assert.deepEqual(checks, { intervalMs: 10_000, unhealthyAfter: 3, healthyAfter: 3 });
  }
});

describe('bodies of payments', () => {
  it('are checked wherever money is asked for, whoever answers', async () => {
    const api = JSON.parse(await readFile(new URL('openapi.json', import.meta.url), 'utf8'));
    const checked = [...table.routes, ...(table.unmoved ?? [])]
      .filter(({ bodySchema }) => bodySchema !== undefined)
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const asked = Object.entries<Record<string, { requestBody?: unknown }>>(api.paths)
      .filter(([path]) => /^\/api\/v1\/(payments|credits|transactions)\b/.test(path))
      .flatMap(([path, operations]) =>
        Object.entries(operations)
          .filter(([, { requestBody }]) => requestBody !== undefined)
          .map(([method]) => `${method.toUpperCase()} ${path}`),
      );
    assert.ok(asked.length > 0);
    for (const operation of asked) assert.ok(checked.includes(operation), operation);
  });

  it('that are not what the API says reach nobody', async () => {
    const wrong: [string, unknown][] = [
      ['/payments/purchases', { ...PURCHASE, amount: -1 }],
      ['/payments/purchases', { ...PURCHASE, amount: 1.5 }],
      ['/payments/purchases', { ...PURCHASE, currency: 'XXX' }],
      ['/payments/purchases', { amount: 1_000, currency: 'USD' }],
      ['/payments/purchases/', { ...PURCHASE, paymentMethodId: '' }],
      ['/PAYMENTS/withdrawals', { ...WITHDRAWAL, credits: 0 }],
      ['/payments//withdrawals', []],
      ['/payments/withdrawals', null],
    ];
    for (const [path, body] of wrong) {
      seen.length = 0;
      const answer = await send('POST', path, { body });
      assert.deepEqual(
        [answer.status, ((await answer.json()) as { code: string }).code, seen],
        [400, 'invalid-body', []],
        `${path} ${JSON.stringify(body)}`,
      );
    }
    assert.equal((await send('POST', '/payments/purchases')).status, 400, 'none at all');
    assert.deepEqual(seen, []);
  });

  it('that are go on byte for byte', async () => {
    for (const [path, body] of [
      ['/payments/purchases', PURCHASE],
      ['/payments/withdrawals', WITHDRAWAL],
    ] as const) {
      seen.length = 0;
      assert.equal((await send('POST', path, { body })).status, 200);
      assert.deepEqual(seen, [{ method: 'POST', path: `/api/v1${path}`, body: JSON.stringify(body) }]);
    }
  });
});

it('somebody may ask a thousand times a minute, and others go on', async () => {
  const asked = async () => await send('GET', '/credits', { user: 2 });
  let answer = await asked();
  let passed = 0;
  // A minute that ends meanwhile leaves room for some more.
  for (; answer.status === 200 && passed < 1_500; passed++) {
    await answer.arrayBuffer();
    answer = await asked();
  }
  assert.ok(passed >= 1_000, `${passed}`);
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get('ratelimit-policy'), '"minute";q=1000;w=60, "hour";q=10000;w=3600');
  assert.equal(answer.headers.get('ratelimit-limit'), '1000');
  assert.equal(answer.headers.get('ratelimit-remaining'), '0');
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  assert.equal((await send('GET', '/credits', { user: 3 })).status, 200);
  assert.deepEqual(table.rateLimit, { perMinute: 1_000, perHour: 10_000 });
});
