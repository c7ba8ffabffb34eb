import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { ControlError } from '../control/control.ts';
import { FakeControl } from '../testing/fake-control.ts';
import { ControlClient } from './client.ts';
import { statusWithOldNames, stepWithOldNames } from './old-names.ts';
import { type Api, serveApi } from './server.ts';

const token = 'a-token-for-tests-of-the-api';
let fake = new FakeControl();
let api: Api;
let client: ControlClient;

before(async () => {
  // Delegates to whatever `fake` is now, so that each test has a fresh one behind the same server.
  const current = new Proxy({} as FakeControl, {
    get: (_target, name) => {
      const value = fake[name as keyof FakeControl] as unknown;
      return typeof value === 'function' ? value.bind(fake) : value;
    },
  });
  api = await serveApi(current, { host: '127.0.0.1', port: 0, token, metrics: async () => 'banyan_up 1\n' });
  client = new ControlClient(api.url, token);
});
after(() => api.close());
beforeEach(() => {
  fake = new FakeControl();
});

async function call(
  method: string,
  path: string,
  options: { body?: string; token?: string | null; type?: string } = {},
) {
  const given = options.token === undefined ? token : options.token;
  const answer = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      ...(given === null ? {} : { authorization: `Bearer ${given}` }),
      ...(options.body === undefined ? {} : { 'content-type': options.type ?? 'application/json' }),
    },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) };
}

async function refusal(promise: Promise<unknown>): Promise<ControlError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ControlError, String(error));
  return error;
}

describe('the API through its client', () => {
  test('gives what the control plane gives', async () => {
    const status = await client.status();
    assert.equal(status.system, 'shop');
    assert.deepEqual(status.services, Object.values(fake.services).map(statusWithOldNames));
    assert.deepEqual(await client.mismatches('users', 5), await fake.mismatches('users', 5));
    assert.deepEqual(await client.steps(null, 1), await fake.steps(null, 1));
    const plans = Object.entries(await fake.plan(null, null));
    assert.deepEqual(
      await client.plan(null, null),
      Object.fromEntries(plans.map(([service, steps]) => [service, steps.map(stepWithOldNames)])),
    );
  });

  test('hands every argument on', async () => {
    await client.plan('auth', { stage: 'canary', share: 1_234 });
    await client.advance('auth', { stage: 'migrated', share: 10_000 }, { force: true });
    await client.advance('auth', null);
    await client.rollback('auth', 'too slow & sad');
    await client.rollback('auth', '', { force: true });
    await client.startVerification('users', true);
    await client.mismatches('users', 7);
    await client.failures(null, 3);
    await client.pause('auth', 'a sale');
    await client.resume('auth');
    await client.steps('auth', 9);
    assert.deepEqual(fake.calls, [
      ['plan', 'auth', { stage: 'canary', share: 1_234 }],
      ['advance', 'auth', { stage: 'migrated', share: 10_000 }, { force: true }],
      ['advance', 'auth', null, { force: false }],
      ['rollback', 'auth', 'too slow & sad'],
      ['rollback', 'auth', '', 'force'],
      ['verify', 'users', true],
      ['mismatches', 'users', 7],
      ['failures', null, 3],
      ['pause', 'auth', 'a sale'],
      ['resume', 'auth'],
      ['steps', 'auth', 9],
    ]);
  });

  test('follows a verification to its end', async () => {
    const { id } = await client.startVerification('auth', false);
    let run = await client.verification(id);
    while (run.state !== 'done') run = await client.verification(id);
    assert.equal(run.tables[0]!.verdict, 'CONSISTENT');
  });

  test('turns refusals back into errors with code, status and hint', async () => {
    const unknown = await refusal(client.advance('a/../b', null));
    assert.deepEqual(
      [unknown.code, unknown.status, unknown.hint],
      ['no_such_service', 404, 'known services: auth, users'],
    );
    assert.match(unknown.message, /a\/\.\.\/b/);
    const early = await refusal(client.retire('auth'));
    assert.deepEqual([early.code, early.status], ['not_migrated', 409]);
  });

  test('says how to start a control plane that is not there', async () => {
    const error = await refusal(new ControlClient('http://127.0.0.1:1', token).status());
    assert.equal(error.code, 'unreachable');
    assert.match(error.hint, /banyan up/);
  });

  test('tells a stranger on its port from a control plane', async () => {
    const stranger = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => stranger.once('listening', resolve));
    const { port } = stranger.address() as AddressInfo;
    const error = await refusal(new ControlClient(`http://127.0.0.1:${port}`, token).status());
    assert.equal(error.code, 'not_banyan');
    await new Promise((resolve) => {
      stranger.close(resolve);
      stranger.closeAllConnections();
    });
  });
});

describe('the API', () => {
  for (const [given, why] of [
    [null, 'no token'],
    ['wrong', 'a wrong token'],
    [`${token}x`, 'a longer token'],
    [token.slice(1), 'a part of the token'],
  ] as const) {
    test(`answers ${why} with 401 on everything but health`, async () => {
      for (const [method, path] of [
        ['GET', '/v1/status'],
        ['POST', '/v1/services/auth/rollback'],
        ['POST', '/v1/services/auth/pause'],
        ['POST', '/v1/services/auth/resume'],
        ['GET', '/v1/failures'],
        ['GET', '/metrics'],
        ['GET', '/openapi.json'],
        ['GET', '/nowhere'],
      ] as const) {
        const answer = await call(method, path, { token: given });
        assert.equal(answer.status, 401, path);
        assert.match(answer.headers.get('www-authenticate') ?? '', /Bearer/);
        assert.equal(answer.json().code, 'unauthorized');
      }
      assert.equal((await call('GET', '/health/live', { token: given })).status, 200);
      assert.equal((await call('GET', '/health/ready', { token: given })).status, 200);
      assert.deepEqual(fake.calls, []);
    });
  }

  test('is not ready while the control plane fails, and does not say why to strangers', async () => {
    fake.onTick = () => {
      throw new Error('password authentication failed');
    };
    const ready = await call('GET', '/health/ready', { token: null });
    assert.equal(ready.status, 503);
    const status = await call('GET', '/v1/status');
    assert.equal(status.status, 500);
    assert.ok(!`${ready.text}${status.text}`.includes('password'));
  });

  test('answers errors as RFC 9457 problems', async () => {
    const answer = await call('GET', '/v1/plan?to=canary');
    assert.equal(answer.status, 400);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.deepEqual(answer.json(), {
      type: 'urn:banyan:problem:bad_target',
      title: 'bad target',
      status: 400,
      detail: "'canary' does not say how many users",
      code: 'bad_target',
      hint: "give a share from 0.01% to 100%, in hundredths of a percent, e.g. '10%'",
      mend: "give a share from 0.01% to 100%, in hundredths of a percent, e.g. '10%'",
    });
    assert.equal((await call('GET', '/v1/nowhere')).json().code, 'no_such_endpoint');
  });

  test('retires only who is named twice', async () => {
    fake.services.auth!.stage = 'migrated';
    for (const body of ['{}', '{"confirm":"users"}', '{"confirm":true}']) {
      assert.equal((await call('POST', '/v1/services/auth/retire', { body })).status, 400, body);
    }
    assert.deepEqual(fake.calls, []);
    assert.equal(
      (await call('POST', '/v1/services/auth/retire', { body: '{"confirm":"auth"}' })).status,
      200,
    );
  });

  test('takes an absent body for an empty one', async () => {
    assert.equal((await call('POST', '/v1/services/auth/advance')).status, 200);
    assert.equal((await call('POST', '/v1/services/auth/advance', { body: '' })).status, 200);
    assert.equal((await call('POST', '/v1/services/auth/verify', { body: '{}' })).status, 202);
  });

  test('serves metrics and describes itself', async () => {
    assert.equal((await call('GET', '/metrics')).text, 'banyan_up 1\n');
    const { paths } = (await call('GET', '/openapi.json')).json();
    assert.ok(paths['/v1/services/{service}/advance'].post.requestBody);
    assert.equal(Object.keys(paths).length, 17);
  });

  test('refuses any odd body, and nothing of it reaches the control plane', async () => {
    const actions = fc.constantFrom('advance', 'rollback', 'verify', 'retire');
    const wrong = fc.constantFrom(
      null,
      1,
      [],
      'x',
      { to: 7 },
      { to: '0%' },
      { to: '101%' },
      { to: 'up' },
      { force: 'yes' },
      { repair: 1 },
      { reason: {} },
      { odd: 1 },
    );
    await fc.assert(
      fc.asyncProperty(
        actions,
        fc.oneof(
          wrong.map((value) => JSON.stringify(value)),
          fc.string(),
        ),
        async (action, body) => {
          fc.pre(body.trim() !== '' && body !== '{}' && body !== 'null');
          const { status, json } = await call('POST', `/v1/services/auth/${action}`, { body });
          assert.equal(status, 400, body);
          assert.ok(json().detail.length > 0);
        },
      ),
      { numRuns: 120 },
    );
    assert.deepEqual(fake.calls, []);
  });

  test('answers any path and query with a problem or an answer, never with a failure', async () => {
    const query = fc.dictionary(
      fc.constantFrom('service', 'to', 'limit', 'odd'),
      fc.oneof(fc.string(), fc.integer().map(String)),
    );
    const path = fc.oneof(
      fc.constantFrom(
        '/v1/plan',
        '/v1/steps',
        '/v1/services/auth/mismatches',
        '/v1/verifications/x',
        '/v1/verifications/1e9',
      ),
      fc.string().map((text) => `/v1/verifications/${encodeURIComponent(text)}`),
      fc.string().map((text) => `/v1/services/${encodeURIComponent(text)}/mismatches`),
    );
    await fc.assert(
      fc.asyncProperty(path, query, async (at, given) => {
        const { status } = await call('GET', `${at}?${new URLSearchParams(given)}`);
        assert.ok([200, 400, 404].includes(status), `${status} for ${at}`);
      }),
      { numRuns: 150 },
    );
  });

  test('refuses a body that is not JSON or too large', async () => {
    assert.equal(
      (
        await call('POST', '/v1/services/auth/rollback', {
          body: 'reason=x',
          type: 'application/x-www-form-urlencoded',
        })
      ).status,
      415,
    );
    assert.equal(
      (await call('POST', '/v1/services/auth/rollback', { body: `{"reason":"${'x'.repeat(70_000)}"}` }))
        .status,
      413,
    );
  });
});
