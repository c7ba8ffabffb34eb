import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { importJWK, SignJWT } from 'jose';
import { defineService, owner, principalOf, type RunningService, role, service, signedIn } from '../index.ts';
import { createServiceKey, createServiceTokens } from './service-tokens.ts';

const SECRET = 'a secret that is long enough for HS256';
const schema = new URL('../testing/notes.sql', import.meta.url);
const issuers = () => [
  { issuer: 'idp', algorithm: 'HS256' as const, secret: SECRET },
  { issuer: 'away', algorithm: 'ES256' as const, jwksUrl: 'http://127.0.0.1:1/jwks.json' },
];

let running: RunningService;
let env: Record<string, string>;
const keys: Record<'billing' | 'mailer', Awaited<ReturnType<typeof createServiceKey>>> = {} as never;

before(async () => {
  keys.billing = await createServiceKey('billing');
  keys.mailer = await createServiceKey('mailer');
  env = {
    DATABASE_URL: await (await testServer()).database('auth'),
    LOG_LEVEL: 'silent',
    SERVICE_KEYS: JSON.stringify({ keys: [keys.billing.publicKey, keys.mailer.publicKey] }),
  };
  running = await defineService({
    name: 'guarded',
    schema,
    auth: { issuers },
    routes: (app) => {
      const allow = [owner('params.id'), role('admin'), service('billing')];
      app.get('/users/:id', { config: { allow } }, async (request) => principalOf(request));
      app.get('/me', { config: { allow: [signedIn] } }, async (request) => principalOf(request));
      app.get('/open', { config: { allow: 'everybody' } }, async (request) => ({ who: request.principal }));
    },
  }).start(env);
});

after(async () => await running?.close());

const user = (subject: string, claims: Record<string, unknown> = {}, issuer = 'idp') =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(SECRET));

const from = (name: 'billing' | 'mailer', audience = 'guarded') =>
  createServiceTokens(name, { SERVICE_KEY: JSON.stringify(keys[name].privateKey) }).tokenFor(audience);

async function get(path: string, token?: string) {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(`${running.url}${path}`, { headers });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body };
}

describe('routes', () => {
  it('answer their owner, administrators and the services that they name, nobody else', async () => {
    const statuses = [
      (await get('/users/7', await user('7'))).status,
      (await get('/users/7', await user('8'))).status,
      (await get('/users/7', await user('8', { role: 'admin' }))).status,
      (await get('/users/7', await from('billing'))).status,
      (await get('/users/7', await from('mailer'))).status,
      (await get('/me', await from('billing'))).status,
    ];
    assert.deepEqual(statuses, [200, 403, 200, 200, 403, 403]);
  });

  it('tell a caller without a token, with a bad one and with the wrong one apart', async () => {
    const none = await get('/me');
    assert.deepEqual([none.status, none.body.code, none.challenge], [401, 'UNAUTHENTICATED', 'Bearer']);
    const bad = await get('/me', `${await user('7')}x`);
    assert.deepEqual([bad.status, bad.body.code], [401, 'INVALID_TOKEN']);
    assert.equal(bad.challenge, 'Bearer error="invalid_token"');
    assert.equal((await get('/users/7', await user('8'))).body.code, 'FORBIDDEN');
  });

  it('do not send a user away for good when the keys of an issuer are out of reach', async () => {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer('away')
      .setSubject('7')
      .setExpirationTime('1m')
      .sign(
        (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])).privateKey,
      );
    const { status, body } = await get('/me', token);
    assert.deepEqual([status, body.code], [503, 'TOKEN_UNVERIFIABLE']);
  });

  it('are open to everybody only where they say so, and else keep the service from starting', async () => {
    assert.deepEqual((await get('/open')).body, { who: null });
    const careless = defineService({
      name: 'careless',
      schema,
      auth: { issuers },
      routes: (app) => void app.get('/forgotten', async () => ({})),
    });
    await assert.rejects(careless.start(env), /GET \/forgotten does not say whom it allows/);
  });
});

describe('tokens of services', () => {
  it('name the service, and are good for nobody but the one they are made for', async () => {
    const { body } = await get('/users/7', await from('billing'));
    assert.deepEqual(body, {
      subject: 'billing',
      role: 'service',
      issuer: 'banyan-services',
      service: 'billing',
    });
    assert.equal((await get('/users/7', await from('billing', 'another'))).status, 401);
  });

  it('cannot be made in the name of another service', async () => {
    const forged = createServiceTokens('billing', { SERVICE_KEY: JSON.stringify(keys.mailer.privateKey) });
    assert.equal((await get('/users/7', await forged.tokenFor('guarded'))).status, 401);
    const posing = await new SignJWT()
      .setProtectedHeader({ alg: 'EdDSA', kid: 'mailer' })
      .setIssuer('banyan-services')
      .setSubject('billing')
      .setAudience('guarded')
      .setExpirationTime('1m')
      .sign(await importJWK(keys.mailer.privateKey, 'EdDSA'));
    assert.equal((await get('/users/7', posing)).status, 401);
  });

  it('are made anew only when half their time is over', async () => {
    let clock = 1_000_000;
    const { tokenFor } = createServiceTokens(
      'billing',
      { SERVICE_KEY: JSON.stringify(keys.billing.privateKey) },
      { now: () => clock },
    );
    const first = await tokenFor('a');
    clock += 59_000;
    assert.equal(await tokenFor('a'), first);
    assert.notEqual(await tokenFor('b'), first);
    clock += 2_000;
    assert.notEqual(await tokenFor('a'), first);
    await assert.rejects(createServiceTokens('x', {}).tokenFor('a'), /SERVICE_KEY/);
  });
});
