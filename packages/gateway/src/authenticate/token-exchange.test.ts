import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import { createTokenVerifier } from '@banyan/service';
import { decodeJwt, type JWTPayload, SignJWT } from 'jose';
import type { RouteTable } from '../control/route-table.ts';
import { type Backend, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { jwksIssuer, MONOLITH, now, SECRET, subjectOn } from '../testing/tokens.ts';
import { JWKS_PATH, TokenSigner } from './token-signer.ts';

type Test = Parameters<typeof startBackend>[0];

const ISSUER = 'https://gateway';
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const newKey = () => pemOf(generateKeyPairSync('ed25519').privateKey);

/** A gateway whose service knows `auth` and the gateway itself, and nothing of the monolith's secret. */
async function world(t: Test, more: Partial<RouteTable> = {}, privateKeys = [newKey()]) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const auth = await jwksIssuer(t);
  const table = tableOf(
    { monolith: monolith.url, service: service.url },
    10_000,
    [{ method: '*', path: '/me', key: { from: 'token', claim: 'sub' }, auth: 'required' }],
    { issuers: [MONOLITH, auth.issuer], signing: { issuer: ISSUER, privateKeys }, ...more },
  );
  table.services.users!.accepts = ['auth'];
  const { gateway, source } = await startTestGateway(t, table);
  const call = async (token?: string, path = '/me', headers: Record<string, string> = {}) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(gateway.url + path, { headers: { ...authorization, ...headers } });
    return { status: response.status, body: (await response.json()) as { code?: string } };
  };
  const verifier = createTokenVerifier([
    { issuer: ISSUER, algorithm: 'EdDSA', jwksUrl: gateway.url + JWKS_PATH },
  ]);
  return { monolith, service, auth, table, gateway, source, call, verifier };
}

function monolithToken(claims: JWTPayload, expiresIn = 3_600): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(now() + expiresIn)
    .sign(new TextEncoder().encode(SECRET));
}

const tokenAt = (backend: Backend) => backend.seen.at(-1)!.headers.authorization!.slice('Bearer '.length);

describe('tokens on their way to a service that says which issuers it accepts', () => {
  test("a valid token of another issuer becomes one of the gateway's, with the same claims and no longer life", async (t) => {
    const { service, call, verifier } = await world(t);
    const token = await monolithToken({ sub: '7', role: 'admin', scope: 'read write', iat: now() - 600 }, 30);
    assert.equal((await call(token)).status, 200);
    const got = tokenAt(service);
    assert.notEqual(got, token);
    const claims = decodeJwt(token);
    assert.deepEqual(decodeJwt(got), { ...claims, iss: ISSUER, original_iss: '' });
    assert.equal((await verifier.verify(got)).subject, '7');
    const long = await monolithToken({ sub: '7' }, 3_600);
    await call(long);
    assert.ok(decodeJwt(tokenAt(service)).exp! <= now() + 120);
  });

  test('one token is exchanged once, and again before what came of it runs out', () => {
    let clock = Date.now();
    const signer = new TokenSigner({ issuer: ISSUER, privateKeys: [newKey()] });
    const { reuseUntil, authorization } = signer.sign({ sub: '7' }, clock);
    clock = reuseUntil;
    assert.ok(decodeJwt(authorization.slice(7)).exp! * 1_000 > clock);
  });

  test('the same token of a user is sent for each of his requests', async (t) => {
    const { service, call } = await world(t);
    const token = await monolithToken({ sub: '7' });
    await call(token);
    const first = tokenAt(service);
    await call(token);
    assert.equal(tokenAt(service), first);
  });

  test('a token of an issuer that the service accepts passes as it came', async (t) => {
    const { service, auth, call } = await world(t);
    const token = await auth.sign('7');
    await call(token);
    assert.equal(tokenAt(service), token);
  });

  test('no token, a bad one, one out of date and one without a signature pass as they came', async (t) => {
    const { service, call } = await world(t);
    await call();
    assert.equal(service.seen.at(-1)!.headers.authorization, undefined);
    const good = await monolithToken({ sub: '7' });
    const [, payload] = good.split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const token of [`${good}x`, 'nonsense', await monolithToken({ sub: '7' }, -60), none]) {
      await call(token);
      assert.equal(tokenAt(service), token);
    }
  });

  test("a public key of the gateway's is no secret of anybody's: HS256 under it is not valid", async (t) => {
    const { service, auth, call, gateway, verifier } = await world(t);
    const keys = await (await fetch(gateway.url + JWKS_PATH)).text();
    const forge = (iss: string) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const input = `${part({ alg: 'HS256' })}.${part({ sub: '7', iss, exp: now() + 60 })}`;
      return `${input}.${createHmac('sha256', keys).update(input).digest('base64url')}`;
    };
    const ofAuth = forge(auth.issuer.issuer!);
    await call(ofAuth);
    assert.equal(tokenAt(service), ofAuth); // as it came: its verifier refuses it
    assert.equal((await call(forge(ISSUER))).status, 401);
    await assert.rejects(verifier.verify(forge(ISSUER)));
  });

  test('to the monolith goes what came, also when the service fails and the monolith answers', async (t) => {
    const { service, monolith, call } = await world(t);
    service.answer = (_req, res) => res.writeHead(503).end();
    const token = await monolithToken({ sub: '7' });
    assert.equal((await call(token)).status, 200);
    assert.notEqual(tokenAt(service), token);
    assert.equal(tokenAt(monolith), token);
  });

  test('a shadow request to the service bears an exchanged token too', async (t) => {
    const { service, monolith, table, source, gateway, call, verifier } = await world(t);
    const shadowing = structuredClone(table);
    shadowing.version = 2;
    shadowing.services.users!.share = 0;
    Object.assign(shadowing.routes[0]!, { mode: 'monolith', shadow: true });
    source.publish(shadowing);
    await until(() => gateway.version() === 2);
    const token = await monolithToken({ sub: subjectOn('monolith', 0) });
    await call(token);
    assert.equal(tokenAt(monolith), token);
    await until(() => service.seen.length > 0);
    assert.equal((await verifier.verify(tokenAt(service))).issuer, ISSUER);
  });
});

describe("a token of the gateway's", () => {
  test('is seen in Authorization also when the tokens of all issuers come in other places', async (t) => {
    const issuers = [{ ...MONOLITH, cookie: 'session' }];
    const { service, call } = await world(t, { issuers });
    const forger = new TokenSigner({ issuer: ISSUER, privateKeys: [newKey()] });
    const { authorization } = forger.sign({ sub: '7' }, Date.now());
    const cookie = `session=${await monolithToken({ sub: '7' })}`;
    assert.equal((await call(undefined, '/me', { authorization, cookie })).status, 401);
    assert.equal((await call(undefined, '/me', { authorization })).status, 401);
    for (const scheme of ['bearer ', 'BEARER \t ', 'Bearer   ']) {
      const forged = authorization.replace('Bearer ', scheme);
      assert.equal((await call(undefined, '/me', { authorization: forged })).body.code, 'reserved-token');
    }
    assert.equal(service.seen.length, 0);
    assert.equal((await call(undefined, '/me', { cookie })).status, 200);
    assert.equal(decodeJwt(tokenAt(service)).sub, '7');
  });

  test('is good through a change of keys, in which two are served and the first one signs', async (t) => {
    const [old, next] = [newKey(), newKey()];
    const { service, table, source, gateway, call, verifier } = await world(t, {}, [old, next]);
    await call(await monolithToken({ sub: '7' }));
    const before = tokenAt(service);
    assert.equal((await verifier.verify(before)).subject, '7');
    source.publish({ ...table, version: 2, signing: { issuer: ISSUER, privateKeys: [next, old] } });
    await until(() => gateway.version() === 2);
    await call(await monolithToken({ sub: '8' }));
    assert.equal((await verifier.verify(tokenAt(service))).subject, '8');
    assert.equal((await verifier.verify(before)).subject, '7');
  });
});

test('keys of kinds that services do not take are refused without showing any', () => {
  const rsa = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  const make = (pem: string) => () => new TokenSigner({ issuer: ISSUER, privateKeys: [pem] });
  assert.throws(make(rsa), /private key 1 is neither an Ed25519 nor a P-256 key/);
  assert.throws(make('secret stuff'), (error: Error) => !error.message.includes('secret stuff'));
  const p256 = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  assert.doesNotThrow(make(p256.replaceAll('\n', '\\n')));
});

describe('tokens of an issuer that are not to be exchanged', () => {
  for (const [side, share] of [
    ['monolith', 0],
    ['service', 10_000],
  ] as const)
    test(`go to the ${side} as they came, and say there what they may be used for`, async (t) => {
      const { monolith, service, auth, table, source, call } = await world(t);
      const token = await auth.sign('7', 60, { scope: 'read' });
      const signAs = { ...table.monolith, signAs: 'monolith' };
      const limited = { ...auth.issuer, name: 'limited', exchange: false };
      const services = { users: { ...table.services.users!, share } };
      source.publish({ ...table, version: 2, monolith: signAs, services, issuers: [MONOLITH, limited] });
      const backend = { monolith, service }[side];
      await until(async () => {
        await call(token);
        return backend.seen.length > 0 && tokenAt(backend) === token;
      });
      for (const each of [monolith, service]) each.seen.length = 0;
      await call(token);
      assert.deepEqual([tokenAt(backend), monolith.seen.length + service.seen.length], [token, 1]);
    });
});
