import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeJwt, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Issuer, RouteTable } from '../control/route-table.ts';
import { type Backend, startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';
import { now, SECRET, subjectOn } from '../testing/tokens.ts';
import { TokenSigner } from './token-signer.ts';
import { isReserved, Tokens, type Verified } from './tokens.ts';

/** What the gateway signed for a service, when the service (or whoever took it there) sends it to the gateway. */

const ISSUER = 'https://gateway';
const LEGACY: Issuer = { name: 'legacy', issuer: 'legacy', algorithm: 'HS256', secret: SECRET };
const PEOPLE: Issuer = { ...LEGACY, name: 'people', issuer: 'people', audience: 'us', secret: `${SECRET}2` };
const key = (secret: string) => new TextEncoder().encode(secret);
const ed25519 = () => generateKeyPairSync('ed25519').privateKey;
const pemOf = (privateKey: KeyObject) => privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const KEY = ed25519();
const signing = (...keys: KeyObject[]) => ({ issuer: ISSUER, privateKeys: keys.map(pemOf) });
const signerOf = (...keys: KeyObject[]) => new TokenSigner(signing(...keys));
const textOf = (authorization: string) => authorization.slice('Bearer '.length);
const signed = (claims: JWTPayload, at = Date.now(), signer = signerOf(KEY)) =>
  textOf(signer.sign({ iss: 'legacy', sub: '7', ...claims }, at).authorization);
const monolith = { instances: [], health: null, timeoutMs: 1, signAs: null };
const services = { users: { accepts: ['people'] }, orders: { accepts: [] } } as never;

function tokens(more: Partial<RouteTable> = {}, clock: () => number = Date.now): Tokens {
  const table = { issuers: [LEGACY, PEOPLE], monolith, services, signing: signing(KEY), ...more };
  return new Tokens(table, 1_000_000, clock);
}

async function judged(
  token: string,
  more: Partial<RouteTable> = {},
  clock?: () => number,
): Promise<Verified> {
  return await tokens(more, clock).verify({ place: 'scheme bearer', token });
}

describe("a token of the gateway's that returns", () => {
  test('says of its user what the one said that it stands for, and counts as theirs', async () => {
    const exp = now() + 100;
    const claims = { sub: '7', role: 'admin', iat: exp - 500, jti: 'x', aud: 'us', iss: 'people', exp };
    const { state, issuer, claims: got, subject, consumer } = await judged(signed(claims));
    assert.deepEqual(got, claims);
    assert.deepEqual([state, issuer, subject, consumer], ['valid', 'people', '7', 'subject:7']);
  });

  test('goes to every service as it came, whatever that accepts: it is not signed again', async () => {
    const ours = tokens();
    const verified = await ours.verify({ place: 'scheme bearer', token: signed({}) });
    for (const service of ['users', 'orders', 'another'])
      assert.equal(ours.authorizationFor(verified, service), null, service);
  });

  test('goes to the monolith as one of its own, with the same claims and no longer life', async () => {
    const token = signed({ iss: 'people', aud: 'us', role: 'user', iat: 5 });
    const { exp } = decodeJwt(token);
    const claims = { sub: '7', aud: 'us', role: 'user', iat: 5, exp };
    for (const [signAs, iss, secret] of [
      ['legacy', 'legacy', SECRET],
      [null, 'people', `${SECRET}2`],
    ] as const) {
      const { forMonolith } = await judged(token, { monolith: { ...monolith, signAs } });
      const { payload } = await jwtVerify(textOf(forMonolith!), key(secret), { algorithms: ['HS256'] });
      assert.deepEqual(payload, { ...claims, iss });
    }
  });

  test('is given back to a monolith whose own token it stands for, also one that names no issuer', async () => {
    for (const issuer of ['legacy', '']) {
      const own = { ...LEGACY, issuer };
      const { iss: _, ...nameless } = { iss: issuer, sub: '7' };
      const token = textOf(
        signerOf(KEY).sign(issuer === '' ? nameless : { iss: issuer, sub: '7' }, Date.now()).authorization,
      );
      const { forMonolith } = await judged(token, {
        issuers: [own],
        monolith: { ...monolith, signAs: 'legacy' },
      });
      const { payload } = await jwtVerify(textOf(forMonolith!), key(SECRET));
      assert.deepEqual([payload.iss ?? '', payload.sub], [issuer, '7']);
    }
  });

  test('ends when it says, and no round makes it last longer than what it came of', () => {
    const seconds = fc.integer({ min: 1, max: 4_000 });
    fc.assert(
      fc.property(seconds, fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 5 }), (life, pauses) => {
        let at = 1_800_000_000;
        const end = at + life;
        let claims: JWTPayload = { sub: '7', exp: end };
        for (const pause of pauses) {
          at += pause;
          if (claims.exp! <= at) break;
          const before = claims.exp!;
          claims = decodeJwt(signed(claims, at * 1_000));
          assert.ok(claims.exp! <= Math.min(before, end, at + 120));
        }
      }),
    );
  });

  test('is expired as others are: it names its user, goes as it came, and is signed by nobody', async () => {
    const token = signed({}, Date.now() - 200_000);
    const ours = tokens({ monolith: { ...monolith, signAs: 'legacy' } });
    const verified = await ours.verify({ place: 'scheme bearer', token });
    assert.deepEqual([verified.state, verified.subject, verified.consumer], ['expired', '7', null]);
    assert.deepEqual(
      [ours.authorizationFor(verified, null), ours.authorizationFor(verified, 'users')],
      [null, null],
    );
  });

  test('is good for clocks that are five seconds apart, and for no more', async () => {
    const [start, end] = [1_800_000_000_000, 1_800_000_120_000];
    const token = signed({}, start);
    const at = async (ms: number) => (await judged(token, {}, () => ms)).state;
    assert.deepEqual([await at(start - 60_000), await at(end + 4_000)], ['valid', 'valid']);
    assert.equal(await at(end + 6_000), 'expired');
    const patient = { issuers: [{ ...LEGACY, leewaySeconds: 300 }] };
    assert.equal((await judged(token, patient, () => end + 6_000)).state, 'expired');
  });

  test('is remembered until it expires, not longer', async () => {
    let clock = 1_800_000_000_000;
    const ours = tokens({}, () => clock);
    const credentials = { place: 'scheme bearer', token: signed({}, clock) };
    assert.equal((await ours.verify(credentials)).state, 'valid');
    clock += 124_000;
    assert.equal(ours.peek(credentials)?.state, 'valid');
    clock += 2_000;
    assert.equal(ours.peek(credentials), undefined);
  });
});

describe('what names the gateway as its issuer and is not its own is refused:', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = { iss: ISSUER, sub: '7', original_iss: 'legacy', exp: now() + 600 };
  const { kid } = JSON.parse(signerOf(KEY).jwks).keys[0];
  const by = (privateKey: KeyObject, changes: object = {}, header: object = {}) => {
    const input = `${encode({ alg: 'EdDSA', kid, ...header })}.${encode({ ...good, ...changes })}`;
    const hash = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const signature = sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  const hmac = (secret: string | Buffer, header: object = {}) => {
    const input = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(good)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const stranger = ed25519();
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const publicKey = createPublicKey(KEY);
  const jwk = publicKey.export({ format: 'jwk' });
  const real = signed({});

  const hostile = {
    'by another key under the same name': by(stranger),
    'by another key that comes with it': by(
      stranger,
      {},
      { jwk: createPublicKey(stranger).export({ format: 'jwk' }) },
    ),
    'by another key that it says where to find': by(
      stranger,
      {},
      { jku: 'http://127.0.0.1:1/jwks', kid: 'new' },
    ),
    'with another algorithm': by(p256, {}, { alg: 'ES256' }),
    'with a secret of the monolith': hmac(SECRET),
    'with the public key for a secret': hmac(publicKey.export({ type: 'spki', format: 'pem' }) as string),
    'with the bytes of the public key for a secret': hmac(Buffer.from(jwk.x!, 'base64url'), { kid }),
    'with the key set for a secret': hmac(signerOf(KEY).jwks, { kid }),
    'with no algorithm': `${encode({ alg: 'none' })}.${encode(good)}.`,
    'with no signature': real.replace(/[^.]+$/, ''),
    'with half a signature': real.slice(0, -20),
    'with other claims': real.replace(/\.[^.]+\./, `.${encode({ ...good, sub: '8' })}.`),
    'with claims of another issuer': real.replace(
      /\.[^.]+\./,
      `.${encode({ ...good, original_iss: 'people' })}.`,
    ),
    'with an extension that nobody knows': by(KEY, {}, { crit: ['b64'], b64: false }),
    'for ever': by(KEY, { exp: undefined }),
    'with a date as text': by(KEY, { exp: String(now() + 600) }),
    'in the place of nobody': by(KEY, { original_iss: undefined }),
    'in the place of an issuer that has left the plan': by(KEY, { original_iss: 'gone' }),
    'in the place of itself': by(KEY, { original_iss: ISSUER }),
    'in the place of a word that objects know': by(KEY, { original_iss: '__proto__' }),
    'in the place of two': by(KEY, { original_iss: ['legacy', 'people'] }),
    'for others than its issuer signs for': by(KEY, { original_iss: 'people', aud: 'them' }),
    'for nobody where its issuer signs for us': by(KEY, { original_iss: 'people' }),
    'by a key that was dropped': signed({}, Date.now(), signerOf(stranger)),
  };
  for (const [what, token] of Object.entries(hostile))
    test(what, async () => {
      const verified = await judged(token);
      assert.equal(verified.state, 'reserved');
      assert.ok(isReserved(verified));
    });

  test('and what is told from it by nothing but that it is right, is taken', async () => {
    assert.equal((await judged(by(KEY))).state, 'valid');
  });

  test('wherever it comes but in Authorization', async () => {
    const issuers = [LEGACY, { ...PEOPLE, cookie: 'session' }, { ...LEGACY, name: 'x', header: 'x-token' }];
    const ours = tokens({ issuers });
    for (const place of ['cookie session', 'header x-token'])
      assert.equal((await ours.verify({ place, token: signed({}) })).state, 'reserved', place);
  });

  test('beside a good one too', async () => {
    const token = by(stranger);
    const beside = [{ place: 'scheme bearer', token }];
    const ours = tokens({ issuers: [{ ...LEGACY, cookie: 'session' }] });
    const legacy = await new SignJWT({ iss: 'legacy', sub: '7' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(key(SECRET));
    assert.ok(isReserved(await ours.verify({ place: 'cookie session', token: legacy, beside })));
  });
});

test('through a change of keys all that one of them signed is good, and nothing once it is dropped', async () => {
  const [old, next] = [ed25519(), generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey];
  const [byOld, byNext] = [signed({}, Date.now(), signerOf(old)), signed({}, Date.now(), signerOf(next))];
  const states = async (...keys: KeyObject[]) =>
    (await Promise.all([byOld, byNext].map((token) => judged(token, { signing: signing(...keys) })))).map(
      ({ state }) => state,
    );
  assert.deepEqual(await states(old), ['valid', 'reserved']);
  assert.deepEqual(await states(old, next), ['valid', 'valid']);
  assert.deepEqual(await states(next, old), ['valid', 'valid']);
  assert.deepEqual(await states(next), ['reserved', 'valid']);
});

describe('a service that calls back with the token of its caller', () => {
  const tokenAt = (backend: Backend) => textOf(backend.seen.at(-1)!.headers.authorization!);

  async function world(t: Parameters<typeof startBackend>[0]) {
    const [monolithAt, serviceAt] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
    const keyed = { from: 'token', claim: 'sub' } as const;
    const table = tableOf(
      { monolith: monolithAt.url, service: serviceAt.url },
      5_000,
      [{ method: '*', path: '/me', key: keyed, auth: 'required' }],
      { issuers: [LEGACY], signing: signing(KEY) },
    );
    table.services.users!.accepts = [];
    const { gateway } = await startTestGateway(t, table);
    const call = async (method: string, token: string, path = '/me') => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(gateway.url + path, { method, headers });
      return { status: response.status, body: (await response.json()) as { from?: string; code?: string } };
    };
    const login = (sub: string) =>
      new SignJWT({ iss: 'legacy', sub, exp: now() + 600 })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(key(SECRET));
    return { monolithAt, serviceAt, call, login };
  }

  test('reaches the side of its caller, reads and writes, with the very token that it was given', async (t) => {
    const { monolithAt, serviceAt, call, login } = await world(t);
    await call('GET', await login(subjectOn('service', 5_000)));
    const given = tokenAt(serviceAt);
    for (const method of ['GET', 'PUT']) {
      assert.equal((await call(method, given)).body.from, 'service');
      assert.equal(tokenAt(serviceAt), given);
    }
    // What no route names is the monolith's, which knows its own tokens only.
    assert.equal((await call('GET', given, '/elsewhere')).body.from, 'monolith');
    const { payload } = await jwtVerify(tokenAt(monolithAt), key(SECRET), { algorithms: ['HS256'] });
    assert.deepEqual(payload, { iss: 'legacy', sub: subjectOn('service', 5_000), exp: decodeJwt(given).exp });
  });

  test('that was tampered with is refused on both sides, reads and writes', async (t) => {
    const { monolithAt, serviceAt, call, login } = await world(t);
    await call('GET', await login(subjectOn('service', 5_000)));
    const [header, , signature] = tokenAt(serviceAt).split('.');
    const claims = { ...decodeJwt(tokenAt(serviceAt)), sub: subjectOn('monolith', 5_000) };
    const tampered = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    for (const [method, path] of [
      ['GET', '/me'],
      ['PUT', '/me'],
      ['GET', '/elsewhere'],
    ] as const) {
      const { status, body } = await call(method, tampered, path);
      assert.deepEqual([status, body.code], [401, 'reserved-token']);
    }
    assert.deepEqual([monolithAt.seen.length, serviceAt.seen.length], [0, 1]);
  });

  test('of its own accord, with a key of its own, is nobody', async (t) => {
    const { monolithAt, serviceAt, call } = await world(t);
    const own = signed({}, Date.now(), signerOf(ed25519()));
    assert.equal((await call('PUT', own)).status, 401);
    assert.deepEqual([monolithAt.seen.length, serviceAt.seen.length], [0, 0]);
  });
});
