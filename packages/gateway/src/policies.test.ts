import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { RateLimiter } from './rate-limit.ts';
import type { Issuer, RouteTable } from './route-table.ts';
import { sendJson, startBackend, startTestGateway, tableOf } from './testing.ts';
import { Tokens } from './tokens.ts';

const SECRET = 'monolith-secret-of-32-characters!';
const MONOLITH: Issuer = { name: 'monolith', issuer: '', algorithm: 'HS256', secret: SECRET };
const key = (secret: string) => new TextEncoder().encode(secret);
const now = () => Math.floor(Date.now() / 1000);

function legacyToken(sub: string, expiresIn = 60): Promise<string> {
  return new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(now() + expiresIn)
    .sign(key(SECRET));
}

const bearer = (token: string) => ({ place: 'scheme bearer', token });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed with HMAC-SHA-256 whatever its header says. */
function signed(header: object, claims: object, secret: string): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

async function jwksIssuer(t: Parameters<typeof startBackend>[0]) {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const backend = await startBackend(t, 'jwks');
  const jwk = { ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256' };
  backend.answer = (_req, res) => sendJson(res, 200, { keys: [jwk] });
  const issuer: Issuer = {
    name: 'auth',
    issuer: 'https://auth',
    algorithm: 'JWKS',
    jwksUrl: `${backend.url}/jwks`,
  };
  const sign = (sub: string, expiresIn = 60, more = {}) =>
    new SignJWT({ sub, ...more })
      .setProtectedHeader({ alg: 'RS256', kid: '1' })
      .setIssuer('https://auth')
      .setExpirationTime(now() + expiresIn)
      .sign(privateKey);
  return { backend, issuer, sign, publicKey };
}

function subjectOn(side: 'monolith' | 'service', share: number): string {
  for (let id = 1; ; id++) {
    if ((isServiceSide(share, 'users', String(id)) ? 'service' : 'monolith') === side) return String(id);
  }
}

async function jwtWorld(t: Parameters<typeof startBackend>[0], more: Partial<RouteTable> = {}) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const auth = await jwksIssuer(t);
  const table = tableOf(
    { monolith: monolith.url, service: service.url },
    5_000,
    [{ method: '*', path: '/me', key: { from: 'token', claim: 'sub' }, auth: 'required' }],
    { issuers: [MONOLITH, auth.issuer], ...more },
  );
  table.monolith.signAs = 'monolith';
  const { gateway } = await startTestGateway(t, table);
  const call = async (token: string | null, method = 'GET', headers: Record<string, string> = {}) => {
    const authorization = token === null ? undefined : { authorization: `Bearer ${token}` };
    const response = await fetch(`${gateway.url}/me`, { method, headers: { ...authorization, ...headers } });
    return { status: response.status, body: (await response.json()) as { from?: string; code?: string } };
  };
  return { monolith, service, auth, call, gateway };
}

describe('tokens', () => {
  test('tokens of the monolith and of the auth service both decide the side', async (t) => {
    const { auth, call } = await jwtWorld(t);
    for (const side of ['monolith', 'service'] as const) {
      const subject = subjectOn(side, 5_000);
      assert.equal((await call(await legacyToken(subject))).body.from, side);
      assert.equal((await call(await auth.sign(subject))).body.from, side);
    }
  });

  test('the monolith gets a foreign token re-signed as its own, the service gets it as it came', async (t) => {
    const { monolith, service, auth, call } = await jwtWorld(t);
    const foreign = await auth.sign(subjectOn('monolith', 5_000), 60, { role: 'user' });
    await call(foreign);
    const exchanged = monolith.seen[0]!.headers.authorization!.slice(7);
    const { payload } = await jwtVerify(exchanged, key(SECRET), { algorithms: ['HS256'] });
    assert.equal(payload.iss, undefined);
    assert.equal(payload.role, 'user');
    assert.equal(payload.sub, subjectOn('monolith', 5_000));
    const own = await auth.sign(subjectOn('service', 5_000));
    await call(own);
    assert.equal(service.seen[0]!.headers.authorization, `Bearer ${own}`);
    const legacy = await legacyToken(subjectOn('monolith', 5_000));
    await call(legacy);
    assert.equal(monolith.seen[1]!.headers.authorization, `Bearer ${legacy}`);
  });

  test('an expired token still finds the side of its key, whose backend refuses it', async (t) => {
    const { service, call } = await jwtWorld(t);
    service.answer = (_req, res) => sendJson(res, 401, { from: 'service' });
    const { status, body } = await call(await legacyToken(subjectOn('service', 5_000), -10), 'PUT');
    assert.deepEqual([status, body.from], [401, 'service']);
  });

  test('an invalid token goes on with a read, without a key, for the backend to refuse', async (t) => {
    const { monolith, call } = await jwtWorld(t);
    monolith.answer = (_req, res) => sendJson(res, 401, { error: 'legacy says no' });
    assert.deepEqual(await call('not-a-token'), { status: 401, body: { error: 'legacy says no' } });
    assert.equal(monolith.seen[0]!.headers.authorization, 'Bearer not-a-token');
    assert.equal((await call(null, 'PUT')).status, 401);
  });

  test('a write with a token that nobody here can verify is refused while the sides are split', async (t) => {
    const { monolith, service, auth, call } = await jwtWorld(t);
    const stranger = await new SignJWT({ sub: '1' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://stranger')
      .sign(key('x'.repeat(32)));
    assert.deepEqual(
      [(await call(stranger, 'PUT')).body.code, monolith.seen.length, service.seen.length],
      ['unverifiable-token', 0, 0],
    );
    assert.equal((await call(stranger)).body.from, 'monolith');
    auth.backend.answer = (_req, res) => sendJson(res, 500, {});
    const unchecked = await call(await auth.sign('1'), 'PUT');
    assert.deepEqual([unchecked.status, unchecked.body.code], [503, 'keys-unavailable']);
  });

  test('a tester with the role may read from the other side, nobody else', async (t) => {
    const { auth, call } = await jwtWorld(t, { override: { header: 'x-banyan-side', roles: ['tester'] } });
    const subject = subjectOn('monolith', 5_000);
    const other = { 'x-banyan-side': 'service' };
    assert.equal(
      (await call(await auth.sign(subject, 60, { role: 'tester' }), 'GET', other)).body.from,
      'service',
    );
    assert.equal(
      (await call(await auth.sign(subject, 60, { role: 'tester' }), 'PUT', other)).body.from,
      'monolith',
    );
    assert.equal((await call(await auth.sign(subject), 'GET', other)).body.from, 'monolith');
    assert.equal((await call(null, 'GET', other)).body.from, 'monolith');
  });

  test('algorithms are pinned: none, HS256 with the public key, RS256 where HS256 is meant are all refused', async (t) => {
    const { issuer, publicKey, sign } = await jwksIssuer(t);
    const monolith = { instances: [], health: null, timeoutMs: 1, signAs: null };
    const tokens = new Tokens({ issuers: [MONOLITH, issuer], monolith });
    const none = `${encode({ alg: 'none' })}.${encode({ sub: '1', exp: now() + 60 })}.`;
    assert.equal((await tokens.verify(bearer(none))).state, 'invalid');
    const publicText = JSON.stringify(await exportJWK(publicKey));
    const confused = await new SignJWT({ sub: '1' })
      .setProtectedHeader({ alg: 'HS256', kid: '1' })
      .setIssuer('https://auth')
      .sign(key(publicText));
    assert.equal((await tokens.verify(bearer(confused))).state, 'invalid');
    assert.equal((await tokens.verify(bearer(await sign('1')))).state, 'valid');
    const claimsToBeMonolith = (await sign('1')).split('.');
    assert.equal(
      (await tokens.verify(bearer(claimsToBeMonolith.with(1, encode({ sub: '1' })).join('.')))).state,
      'invalid',
    );
  });

  test('of an issuer with a secret, only what it signed for us and for now is good', async () => {
    const monolith = { instances: [], health: null, timeoutMs: 1, signAs: null };
    const issuer: Issuer = { ...MONOLITH, issuer: 'legacy', audience: 'us' };
    const tokens = new Tokens({ issuers: [issuer], monolith });
    const claims = { sub: '1', iss: 'legacy', aud: 'us', exp: now() + 60 };
    const sign = (changes: object, header: object = {}, secret = SECRET) =>
      signed({ alg: 'HS256', ...header }, { ...claims, ...changes }, secret);
    const state = async (token: string) => (await tokens.verify(bearer(token))).state;
    assert.equal(await state(sign({})), 'valid');
    assert.equal(await state(sign({ aud: ['them', 'us'] })), 'valid');
    assert.equal(await state(sign({ exp: undefined })), 'valid');
    assert.equal(await state(sign({ exp: now() - 6 })), 'expired');
    assert.equal(await state(sign({ exp: now() - 2 })), 'valid', 'clocks differ a little');
    assert.equal(await state(sign({ nbf: now() + 3 })), 'valid', 'clocks differ a little');
    assert.equal(
      await state(sign({ nbf: now() + 60 })),
      'expired',
      'it says who asks, not yet that they may',
    );
    const bad = {
      'another secret': sign({}, {}, `${SECRET}x`),
      'another audience': sign({ aud: 'them' }),
      'no audience': sign({ aud: undefined }),
      'another audience, expired': sign({ aud: 'them', exp: now() - 6 }),
      'a date as text': sign({ exp: String(now() + 60) }),
      'no algorithm': sign({}, { alg: 'none' }),
      'another algorithm': sign({}, { alg: 'HS512' }),
      'an extension that we do not know': sign({}, { crit: ['b64'], b64: false }),
      'tampered claims': sign({}).replace(/\.[^.]+\./, `.${encode({ ...claims, sub: '2' })}.`),
      'no signature': sign({}).replace(/[^.]+$/, ''),
      'half a signature': sign({}).slice(0, -20),
    };
    for (const [what, token] of Object.entries(bad)) assert.equal(await state(token), 'invalid', what);
    assert.equal(await state(sign({ iss: ['legacy'] })), 'unknown');
    assert.equal(await state(sign({ iss: 'other' })), 'unknown');
    assert.equal(await state(sign({ iss: undefined })), 'unknown');
  });

  test('a result is remembered until the token expires, not longer', async () => {
    let clock = Date.now();
    const monolith = { instances: [], health: null, timeoutMs: 1, signAs: null };
    const tokens = new Tokens({ issuers: [MONOLITH], monolith }, 100_000, () => clock);
    const token = await legacyToken('1', 60);
    assert.equal(tokens.peek(bearer(token)), undefined);
    await tokens.verify(bearer(token));
    assert.equal(tokens.peek(bearer(token))?.state, 'valid');
    clock += 66_000;
    assert.equal(tokens.peek(bearer(token)), undefined);
    assert.equal((await tokens.verify(bearer(token))).state, 'expired');
  });

  test('keys that cannot be fetched say nothing about the token, and are asked for again', async (t) => {
    const { backend, issuer, sign } = await jwksIssuer(t);
    const good = backend.answer;
    backend.answer = (_req, res) => sendJson(res, 500, {});
    const monolith = { instances: [], health: null, timeoutMs: 1, signAs: null };
    const tokens = new Tokens({ issuers: [issuer], monolith });
    const token = await sign('1');
    assert.equal((await tokens.verify(bearer(token))).state, 'unreachable');
    backend.answer = good;
    assert.equal((await tokens.verify(bearer(token))).state, 'valid');
  });
});

describe('rate limit', () => {
  test('a consumer over the limit gets 429 with Retry-After, others go on', async (t) => {
    const { auth, call, monolith } = await jwtWorld(t, { rateLimit: { perMinute: 3, perHour: 100 } });
    const [one, two] = [await auth.sign('1'), await auth.sign('2')];
    for (let i = 0; i < 3; i++) assert.equal((await call(one)).status, 200);
    const refused = await call(one);
    assert.deepEqual([refused.status, refused.body.code], [429, 'too-many-requests']);
    assert.equal((await call(two)).status, 200);
    assert.ok(monolith.seen.length <= 4);
  });

  test('429 tells the limit and when to come again', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const limited = tableOf({ monolith: monolith.url }, 0, [], { rateLimit: { perMinute: 1, perHour: 100 } });
    const { gateway } = await startTestGateway(t, limited);
    await fetch(gateway.url);
    const { headers } = await fetch(gateway.url);
    assert.equal(headers.get('ratelimit-limit'), '1');
    assert.equal(headers.get('ratelimit-remaining'), '0');
    assert.ok(Number(headers.get('retry-after')) > 0);
  });

  test('behind a balancer each client has a limit of its own, whatever it claims; an IPv6 network is one client', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const rateLimit = { perMinute: 2, perHour: 100 };
    const { gateway } = await startTestGateway(
      t,
      tableOf({ monolith: monolith.url }, 0, [], { rateLimit, trustedHops: 1 }),
    );
    const statuses = async (addresses: string[]) => {
      const list: number[] = [];
      for (const address of addresses)
        list.push((await fetch(gateway.url, { headers: { 'x-forwarded-for': address } })).status);
      return list;
    };
    assert.deepEqual(
      await statuses(['1.1.1.1', '1.1.1.2', '9.9.9.9, 1.1.1.1', '8.8.8.8, 1.1.1.1', '1.1.1.2']),
      [200, 200, 200, 429, 200],
    );
    assert.deepEqual(
      await statuses(['2001:db8::1', '2001:db8::2', '2001:db8:0:0:5::', '2001:db8:0:1::1']),
      [200, 200, 429, 200],
    );
    assert.deepEqual(await statuses(['', 'unknown', 'unknown', 'unknown']), [200, 200, 200, 200]);
  });

  test('as long as the plan does not say how addresses are known, nobody is limited by address', async (t) => {
    const { auth, call, gateway } = await jwtWorld(t, {
      rateLimit: { perMinute: 1, perHour: 100 },
      trustedHops: undefined,
    });
    for (let i = 0; i < 5; i++) assert.equal((await fetch(`${gateway.url}/nothing`)).status, 200);
    const token = await auth.sign('1');
    assert.equal((await call(token)).status, 200);
    assert.equal((await call(token)).status, 429, 'a token names who is counted');
  });

  test('the window slides: the last minute counts by the share still in sight', () => {
    const limiter = new RateLimiter({ perMinute: 10, perHour: 1_000 });
    for (let i = 0; i < 10; i++) assert.ok(limiter.take('a', 30_000).allowed);
    assert.equal(limiter.take('a', 59_000).allowed, false);
    const later = limiter.take('a', 90_000); // half of the last window still counts: 5 used
    assert.deepEqual([later.allowed, later.remaining], [true, 4]);
    assert.equal(limiter.take('a', 200_000).remaining, 9);
  });

  test('after Retry-After the next request passes', () => {
    for (const start of [0, 10_000, 59_000]) {
      const limiter = new RateLimiter({ perMinute: 5, perHour: 1_000 });
      for (let i = 0; i < 5; i++) limiter.take('a', start);
      const { allowed, resetS } = limiter.take('a', start);
      assert.equal(allowed, false);
      assert.ok(limiter.take('a', start + resetS * 1_000).allowed, `from ${start} after ${resetS} s`);
    }
  });

  test('the hour limits too', () => {
    const limiter = new RateLimiter({ perMinute: 100, perHour: 150 });
    let passed = 0;
    for (let minute = 0; minute < 3; minute++) {
      for (let i = 0; i < 100; i++) if (limiter.take('a', minute * 120_000).allowed) passed++;
    }
    assert.equal(passed, 150);
  });

  test('what other workers have counted counts here', () => {
    const [one, two] = [1, 2].map(() => new RateLimiter({ perMinute: 10, perHour: 100 }));
    for (let i = 0; i < 9; i++) one!.take('a', 0);
    two!.absorb(one!.takeUnsent(), 0);
    assert.deepEqual(one!.takeUnsent(), []);
    assert.deepEqual([two!.take('a', 0).allowed, two!.take('a', 0).allowed], [true, false]);
  });

  test('memory is bounded: the longest unused are forgotten', () => {
    const limiter = new RateLimiter({ perMinute: 1, perHour: 10 }, 10);
    limiter.take('a', 0);
    for (let i = 0; i < 20; i++) limiter.take(`other ${i}`, 0);
    assert.ok(limiter.take('a', 0).allowed);
  });

  test('memory is bounded where nobody asks what was counted, and who was left out is told of later', () => {
    const limiter = new RateLimiter({ perMinute: 10, perHour: 10 }, 10);
    for (let i = 0; i < 20; i++) limiter.take(`other ${i}`, 0);
    assert.equal(limiter.takeUnsent().length, 5);
    limiter.take('other 19', 0);
    assert.deepEqual(limiter.takeUnsent(), [['other 19', 1]]);
  });
});

describe('bodies', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer' } },
    additionalProperties: false,
  };

  async function bodyWorld(t: Parameters<typeof startBackend>[0]) {
    const monolith = await startBackend(t, 'monolith');
    const table = tableOf({ monolith: monolith.url }, 0, [
      { method: 'POST', path: '/checked', bodySchema: schema },
      { method: 'POST', path: '/small', limits: { bodyBytes: 10 } },
      { method: 'GET', path: '/old', sunset: 'Sat, 01 Aug 2026 00:00:00 GMT' },
    ]);
    const { gateway } = await startTestGateway(t, table);
    const post = async (
      path: string,
      body: string | ReadableStream,
      type = 'application/json',
      more = {},
    ) => {
      const init = { method: 'POST', body, headers: { 'content-type': type, ...more }, duplex: 'half' };
      const response = await fetch(gateway.url + path, init as RequestInit);
      const answer = (await response.json()) as { code?: string; errors?: unknown[] };
      return { status: response.status, ...answer };
    };
    return { monolith, gateway, post };
  }

  test('a body that matches the schema passes byte for byte', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    const body = '{ "name":"Jo",\n "age": 7 }';
    assert.equal((await post('/checked', body)).status, 200);
    assert.equal(monolith.seen[0]?.body, body);
  });

  test('a body that does not match is refused with the places', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    const refused = await post('/checked', '{"name":"J","age":"x"}');
    assert.deepEqual([refused.status, refused.code], [400, 'invalid-body']);
    assert.deepEqual(
      (refused.errors as { pointer: string }[]).map(({ pointer }) => pointer),
      ['/name', '/age'],
    );
    assert.equal((await post('/checked', '{"name"')).code, 'invalid-json');
    assert.equal((await post('/checked', '{"name":"Jo"}', 'text/plain')).code, 'unsupported-body');
    const encoded = { 'content-encoding': 'gzip' };
    assert.equal(
      (await post('/checked', '{"name":"Jo"}', 'application/json', encoded)).code,
      'unsupported-body',
    );
    assert.equal(monolith.seen.length, 0);
  });

  test('a body over the limit is refused, told or streamed', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    assert.equal((await post('/small', '0123456789')).status, 200);
    assert.equal((await post('/small', '0123456789a')).status, 413);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('0123456789'));
        controller.enqueue(new TextEncoder().encode('abcdefghij'));
        controller.close();
      },
    });
    assert.equal((await post('/small', stream)).status, 413);
    assert.equal(monolith.seen.length, 1, 'nothing was completed upstream');
  });

  test('an endpoint that was switched off answers 410 with its date', async (t) => {
    const { gateway, monolith } = await bodyWorld(t);
    const response = await fetch(`${gateway.url}/old`);
    assert.equal(response.status, 410);
    assert.equal(response.headers.get('sunset'), 'Sat, 01 Aug 2026 00:00:00 GMT');
    assert.equal(monolith.seen.length, 0);
  });
});

describe('keys', () => {
  test('a cookie or a path parameter may be the key; two cookies of one name are none', async (t) => {
    const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
    const table = tableOf({ monolith: monolith.url, service: service.url }, 5_000, [
      { method: 'GET', path: '/cart', key: { from: 'cookie', name: 'uid' } },
      { method: 'GET', path: '/users/:id', key: { from: 'param', name: 'id' } },
    ]);
    const { gateway } = await startTestGateway(t, table);
    const from = async (path: string, cookie = '') => {
      const response = await fetch(gateway.url + path, { headers: { cookie } });
      return ((await response.json()) as { from: string }).from;
    };
    const id = subjectOn('service', 5_000);
    assert.equal(await from('/cart', `a=b; uid=${id}`), 'service');
    assert.equal(await from('/cart', `uid=${id}; uid=${id}`), 'monolith');
    assert.equal(await from(`/users/${id}`), 'service');
    assert.equal(await from(`/users/00${id}`), 'service');
    assert.equal(await from(`/users/${subjectOn('monolith', 5_000)}`), 'monolith');
  });
});
