import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
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

describe('tokens of clients that users have let in', () => {
  let limited: RunningService;
  let token: (scope: string | undefined, claims?: Record<string, unknown>, typ?: string) => Promise<string>;

  before(async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
    limited = await defineService({
      name: 'limited',
      schema,
      auth: {
        issuers: () => [{ issuer: 'oauth', algorithm: 'ES256', keys, clients: { audience: 'the api' } }],
      },
      routes: (app) => {
        const scopes = { safe: 'read', unsafe: 'write' };
        app.get('/notes', { config: { allow: [signedIn], scopes } }, async (request) => principalOf(request));
        app.post('/notes', { config: { allow: [signedIn], scopes } }, async (request) =>
          principalOf(request),
        );
        app.get('/password', { config: { allow: [signedIn] } }, async () => ({}));
        app.get('/admin', { config: { allow: [role('admin')], scopes } }, async () => ({}));
      },
    }).start(env);
    token = (scope, claims = {}, typ = 'at+jwt') =>
      new SignJWT({ aud: 'the api', ...(scope === undefined ? {} : { scope }), ...claims })
        .setProtectedHeader({ alg: 'ES256', typ })
        .setIssuer('oauth')
        .setSubject('7')
        .setExpirationTime('1m')
        .sign(privateKey);
  });
  after(async () => await limited?.close());

  async function ask(method: string, path: string, bearer: string) {
    const response = await fetch(limited.url + path, {
      method,
      headers: { authorization: `Bearer ${bearer}` },
    });
    const body = (await response.json()) as { code?: string; subject?: string };
    return { status: response.status, body, challenge: response.headers.get('www-authenticate') };
  }

  it('may do what their scope names and the route grants to it: who may read may not write', async () => {
    for (const [scope, read, write] of [
      ['read', 200, 403],
      ['write', 403, 200],
      ['read write', 200, 200],
      ['readwrite', 403, 403],
      ['', 403, 403],
      [undefined, 403, 403],
    ] as const) {
      const bearer = await token(scope);
      const statuses = [
        (await ask('GET', '/notes', bearer)).status,
        (await ask('POST', '/notes', bearer)).status,
      ];
      assert.deepEqual(statuses, [read, write], `scope ${scope}`);
    }
    const { body, challenge } = await ask('POST', '/notes', await token('read'));
    assert.equal(body.code, 'INSUFFICIENT_SCOPE');
    assert.equal(challenge, 'Bearer error="insufficient_scope", scope="write"');
  });

  it('may use no route that does not say so, and nothing that is for a role, whatever they claim', async () => {
    const bearer = await token('read write', { role: 'admin', service: 'auth' });
    assert.deepEqual([(await ask('GET', '/password', bearer)).status], [403]);
    assert.deepEqual([(await ask('GET', '/admin', bearer)).status], [403]);
  });

  it('are good for their audience alone, and only as what they are', async () => {
    const good = await ask('GET', '/notes', await token('read'));
    assert.deepEqual(good.body, { subject: '7', role: 'user', issuer: 'oauth', scopes: ['read'] });
    for (const bad of [
      await token('read', { aud: 'another api' }),
      await token('read', { aud: undefined }),
      await token('read', {}, 'JWT'),
    ])
      assert.equal((await ask('GET', '/notes', bad)).status, 401);
  });
});
