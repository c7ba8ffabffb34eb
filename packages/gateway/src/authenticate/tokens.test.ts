import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { exportJWK, jwtVerify, SignJWT } from 'jose';
import type { Issuer } from '../control/route-table.ts';
import { sendJson } from '../testing/gateway.ts';
import { jwksIssuer, jwtWorld, MONOLITH, now, SECRET, subjectOn } from '../testing/tokens.ts';
import { Tokens } from './tokens.ts';

const key = (secret: string) => new TextEncoder().encode(secret);

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
