import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { freePort } from '@banyan/banyan/operate';
import { type Gateway, memorySource, type RouteTable, startGateway } from '@banyan/gateway';
import { buildRouteTable, resolvePlan } from '@banyan/plan';
import { testServer } from '@banyan/postgres/testing';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { type Json, request } from './kit/testing/request.ts';
import { type Services, startServices } from './kit/testing/services.ts';
import { until } from './kit/testing/until.ts';
import { createMonolith } from './monolith/app.ts';
import { connect } from './monolith/database.ts';
import { generate } from './monolith/generate.ts';
import { startMailDouble } from './services/auth/mail/testing/mail-double.ts';
import { bytesOf } from './services/auth/testing/base32.ts';
import { codeAt } from './services/auth/totp.ts';
import { newSecret, signed } from './services/integrations/webhooks/signature.ts';

/**
 * The real gateway with the system's own plan, both services on their own: an export and a deletion ask for the rest of the
 * person through the gateway, with the token that their caller's was exchanged for; programs of others and links in mails find through it
 * what auth has for them.
 */

const SECRET = 'the secret of the legacy system, long enough';
const PASSWORD = 'a good password';

let pool: pg.Pool;
let monolith: FastifyInstance;
let services: Services;
let stop = async () => {};
let gateway: Gateway;
/** The same plan, where all users are the monolith's still. */
let gatewayBefore: Gateway;
let tableOf: (states: Parameters<typeof buildRouteTable>[1], version?: number) => RouteTable;
/** The last to move, when all others have been asked with it at the monolith. */
let moveApplications = () => {};
let mails: Awaited<ReturnType<typeof startMailDouble>>;

before(async () => {
  const server = await testServer();
  const legacy = await server.database('monolith');
  pool = connect(legacy);
  await generate(pool, { users: 5, companies: 2, jobs: 5, applications: 20, bcryptCost: 4 });
  const settings = { jwtSecret: SECRET, bcryptCost: 4, accessTokenSeconds: 3_600, refreshTokenDays: 30 };
  monolith = await createMonolith(pool, settings);
  const port = await freePort();
  const gatewayUrl = `http://127.0.0.1:${port}`;
  mails = await startMailDouble();
  const env = { NOTIFICATIONS_URL: mails.url, ...actingFor(gatewayUrl) };
  const started = await startServices(server, { gatewayUrl, env });
  ({ services, stop } = started);
  Object.assign(process.env, {
    CAREER_MONOLITH_URL: await monolith.listen({ port: 0, host: '127.0.0.1' }),
    CAREER_MONOLITH_DATABASE_URL: legacy,
    CAREER_AUTH_URL: services.auth.url,
    CAREER_AUTH_DATABASE_URL: started.databases.auth,
    CAREER_USERS_URL: services.users.url,
    CAREER_USERS_DATABASE_URL: started.databases.users,
    CAREER_JOBS_URL: services.jobs.url,
    CAREER_JOBS_DATABASE_URL: started.databases.jobs,
    CAREER_APPLICATIONS_URL: services.applications.url,
    CAREER_APPLICATIONS_DATABASE_URL: started.databases.applications,
    CAREER_SERVICES: 'auth,users,jobs,applications',
    CAREER_API_URL: gatewayUrl,
    CAREER_JWT_SECRET: SECRET,
    CAREER_GATEWAY_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    BANYAN_DATABASE_URL: 'postgresql://127.0.0.1/control',
  });
  const { default: plan } = await import('./banyan.config.ts');
  const retired = { stage: 'retired', share: 10_000 } as const;
  tableOf = (states, version = 1) => buildRouteTable(resolvePlan(plan), states, version);
  const moved = { auth: retired, users: retired, jobs: retired };
  const source = memorySource(tableOf(moved));
  moveApplications = () => source.publish(tableOf({ ...moved, applications: retired }, 2));
  gateway = await startGateway({ source, port, onError: console.error });
  gatewayBefore = await startGateway({ source: memorySource(tableOf({})), port: 0, onError: console.error });
});

after(async () => {
  await Promise.all([gateway?.stop(1_000), gatewayBefore?.stop(1_000)]);
  await Promise.all([monolith?.close(), stop(), mails?.close()]);
  await pool?.end();
});

const BACK = 'https://client.example/back';
const MAIL_SECRET = newSecret();
/** By which people let integrations act for them. */
const ACTING = { name: 'career-copilot', client_id: 'integrations', scopes: ['read', 'write'] };

function actingFor(issuer: string): Record<string, string> {
  const at = `${issuer}/api/v1/oauth`;
  const endpoints = { authorization: `${at}/authorize`, token: `${at}/token`, revocation: `${at}/revoke` };
  return {
    OAUTH_PROVIDERS: JSON.stringify([{ ...ACTING, issuer, endpoints, redirect_uri: BACK }]),
    MAIL_DOMAIN: 'in.example.com',
    MAIL_WEBHOOK_SECRET: MAIL_SECRET,
    MAIL_MOVES_PROVIDER: ACTING.name,
    MAIL_MOVES_AFTER_SECONDS: '0',
    MAIL_LOOK_MS: '20',
  };
}

type Person = { id: number; email: string; token: string };

let people = 0;

/** Somebody of all three, with a token of the legacy system's or of auth's. */
async function person(from: 'monolith' | 'auth'): Promise<Person> {
  const email = `person-${++people}@example.com`;
  const body = { email, password: PASSWORD, full_name: 'Ada King' };
  const registered = await monolith.inject({ method: 'POST', url: '/api/v1/auth/register', payload: body });
  const { user, access_token: token } = registered.json();
  const { rows } = await pool.query('SELECT hashed_password FROM users WHERE id = $1', [user.id]);
  await services.auth.pool.query(
    `INSERT INTO accounts (id, email, password_hash, display_name) VALUES ($1, $2, $3, 'Ada King')`,
    [user.id, email, rows[0].hashed_password],
  );
  await services.users.pool.query(
    `INSERT INTO profiles (user_id, email, first_name, last_name) VALUES ($1, $2, 'Ada', 'King')`,
    [user.id, email],
  );
  const job = await pool.query('SELECT min(id) AS id FROM jobs WHERE is_active');
  await pool.query(`INSERT INTO applications (user_id, job_id, status) VALUES ($1, $2, 'saved')`, [
    user.id,
    job.rows[0].id,
  ]);
  if (from === 'monolith') return { id: user.id, email, token };
  const login = await ask('POST', '/auth/login', undefined, { email, password: PASSWORD });
  return { id: user.id, email, token: login.body.access_token };
}

const ask = (method: string, path: string, token?: string, body?: object) =>
  request(gateway.url, method, path, { token, body });

for (const from of ['monolith', 'auth'] as const)
  describe(`whoever ${from === 'monolith' ? 'the monolith' : 'auth'} logged in`, () => {
    it('exports all that is known of them, from both services and the monolith', async () => {
      const { id, email, token } = await person(from);
      const { status, body } = await ask('GET', '/users/me/export', token);
      assert.equal(status, 200);
      assert.deepEqual([body.account.id, body.profile.email], [id, email]);
      assert.equal(body.applications.length, 1);
    });

    it('deletes profile and account at once', async () => {
      const { id, token } = await person(from);
      assert.equal((await ask('DELETE', '/users/me', token)).status, 204);
      const account = await services.auth.pool.query('SELECT email, is_active FROM accounts WHERE id = $1', [
        id,
      ]);
      assert.deepEqual(account.rows, [{ email: `deleted-${id}@deleted.invalid`, is_active: false }]);
      const profile = await services.users.pool.query('SELECT first_name FROM profiles WHERE user_id = $1', [
        id,
      ]);
      assert.deepEqual(profile.rows, [{ first_name: 'Deleted' }]);
    });
  });

const METADATA = '/.well-known/oauth-authorization-server';

/** A form as a browser or a client sends it, which goes where it is sent on by itself. */
async function form(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const init = { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' } as const;
  const response = await fetch(path.startsWith('http') ? path : gateway.url + path, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as Json,
  };
}

describe('a program of others, through the gateway', () => {
  it('finds by the metadata where all of it is: at the public address', async () => {
    const metadata = (await (await fetch(gateway.url + METADATA)).json()) as Json;
    assert.equal(metadata.issuer, gateway.url);
    const places = Object.entries<string>(metadata).filter(([name]) => /(_endpoint|_uri)$/.test(name));
    assert.equal(places.length, 5);
    for (const [name, place] of places) assert.ok(place.startsWith(`${gateway.url}/`), name);
    const { keys } = (await (await fetch(metadata.jwks_uri)).json()) as Json;
    assert.ok(keys.length > 0);
  });

  it('is let in on the page, has tokens that are good for what was allowed, and is let out', async () => {
    const [administrator, { email }] = [await person('auth'), await person('auth')];
    await services.auth.pool.query(`UPDATE accounts SET role = 'admin' WHERE id = $1`, [administrator.id]);
    const login = await ask('POST', '/auth/login', undefined, {
      email: administrator.email,
      password: PASSWORD,
    });
    const client = await ask('POST', '/oauth/clients', login.body.access_token, {
      ...{ name: 'Elsewhere', redirect_uris: [BACK], scopes: ['read', 'write'] },
      ...{ confidential: true, is_resource_server: true },
    });
    assert.equal(client.status, 201);
    const at = (await (await fetch(gateway.url + METADATA)).json()) as Json;
    const verifier = randomBytes(32).toString('base64url');
    const asked = {
      ...{
        client_id: client.body.id,
        redirect_uri: BACK,
        response_type: 'code',
        scope: 'read',
        state: 'a state',
      },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };

    const page = await fetch(`${at.authorization_endpoint}?${new URLSearchParams(asked)}`);
    assert.equal(page.status, 200);
    const shown = ['content-type', 'cache-control', 'x-frame-options', 'referrer-policy', 'set-cookie'];
    assert.deepEqual(
      shown.map((name) => page.headers.get(name)),
      ['text/html; charset=utf-8', 'no-store', 'DENY', 'no-referrer', null],
    );
    assert.match(
      page.headers.get('content-security-policy')!,
      /form-action 'self' https:\/\/client\.example$/,
    );
    // Its form has no address of its own: it is sent to where the page is.
    assert.match(await page.text(), /<form method="post">/);
    const allowed = await form(at.authorization_endpoint, {
      ...asked,
      decision: 'allow',
      email,
      password: PASSWORD,
    });
    assert.deepEqual([allowed.status, allowed.headers.get('cache-control')], [303, 'no-store']);
    const back = new URL(allowed.headers.get('location')!);
    assert.deepEqual(
      [back.origin + back.pathname, back.searchParams.get('iss'), back.searchParams.get('state')],
      [BACK, gateway.url, 'a state'],
    );

    const basic = { authorization: `Basic ${btoa(`${client.body.id}:${client.body.secret}`)}` };
    const grant = {
      grant_type: 'authorization_code',
      code: back.searchParams.get('code')!,
      redirect_uri: BACK,
    };
    const stranger = await form(at.token_endpoint, grant, {
      authorization: `Basic ${btoa('nobody:nothing')}`,
    });
    assert.deepEqual([stranger.status, stranger.body.error], [401, 'invalid_client']);
    assert.equal(stranger.headers.get('www-authenticate'), 'Basic realm="oauth"');
    const given = await form(at.token_endpoint, { ...grant, code_verifier: verifier }, basic);
    assert.deepEqual([given.status, given.headers.get('cache-control')], [200, 'no-store']);

    const { access_token: token } = given.body;
    assert.equal((await ask('GET', '/jobs/saved-searches', token)).status, 200);
    const refused = await ask('POST', '/jobs/saved-searches', token, { name: 'Any', q: 'engineer' });
    assert.deepEqual([refused.status, refused.body.code], [403, 'INSUFFICIENT_SCOPE']);
    // Where a context is the monolith's, it knows nothing of clients.
    assert.equal((await ask('GET', '/applications', token)).status, 401);
    const introspected = async () => (await form(at.introspection_endpoint, { token }, basic)).body;
    assert.deepEqual([(await introspected()).active, (await introspected()).iss], [true, gateway.url]);
    assert.equal((await form(at.revocation_endpoint, { token }, basic)).status, 200);
    assert.deepEqual(await introspected(), { active: false });
  });
});

describe('a link in a mail, through the gateway', () => {
  it('sets a new password, and proves an address', async () => {
    const { email, token } = await person('auth');
    assert.equal((await ask('POST', '/auth/email-verification', token)).status, 202);
    const proof = await mails.to(email);
    assert.equal(proof.template, 'verify_email');
    assert.equal(
      (await ask('POST', '/auth/email-verification/confirm', undefined, { token: proof.token })).status,
      204,
    );
    mails.reset();
    assert.equal((await ask('POST', '/auth/password-reset', undefined, { email })).status, 202);
    const { token: secret } = await mails.to(email);
    const reset = () =>
      ask('POST', '/auth/password-reset/confirm', undefined, {
        token: secret,
        new_password: 'another password',
      });
    assert.deepEqual([(await reset()).status, (await reset()).status], [204, 400]);
    assert.equal(
      (await ask('POST', '/auth/login', undefined, { email, password: 'another password' })).status,
      200,
    );
  });
});

it('none of that is there while auth is the monolith’s, and the answer says so', async () => {
  const known = { authorization: `Bearer ${(await person('monolith')).token}` };
  for (const [method, path] of [
    ['GET', METADATA],
    ['GET', '/.well-known/jwks.json'],
    ['GET', '/api/v1/oauth/authorize?client_id=a&redirect_uri=b'],
    ['POST', '/api/v1/oauth/authorize'],
    ['POST', '/api/v1/oauth/token'],
    ['POST', '/api/v1/oauth/revoke'],
    ['POST', '/api/v1/oauth/introspect'],
    ['GET', '/api/v1/oauth/clients'],
    ['GET', '/api/v1/oauth/grants'],
    ['POST', '/api/v1/auth/password-reset'],
    ['POST', '/api/v1/auth/password-reset/confirm'],
    ['GET', '/api/v1/auth/email-verification'],
    ['POST', '/api/v1/auth/email-verification'],
    ['POST', '/api/v1/auth/email-verification/confirm'],
  ] as const) {
    const answer = await fetch(gatewayBefore.url + path, { method, headers: known });
    const { code } = (await answer.json()) as Json;
    assert.deepEqual(
      [answer.status, code, answer.headers.get('cache-control')],
      [404, 'not-found', 'no-store'],
      path,
    );
  }
});

it('a file of a résumé is as large as users takes it, and not as other bodies are', async () => {
  const { token } = await person('auth');
  const send = async (bytes: number) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
    const init = { method: 'POST', headers, body: Buffer.alloc(bytes, 'Engineer at Analytical Engines\n') };
    const answer = await fetch(`${gateway.url}/api/v1/users/me/resume`, init);
    const { code, limitBytes } = (await answer.json()) as Json;
    return [answer.status, code, limitBytes];
  };
  assert.deepEqual(await send(2 * 1024 * 1024), [200, undefined, undefined]);
  assert.deepEqual(await send(5 * 1024 * 1024 + 1), [413, 'body-too-large', 5 * 1024 * 1024]);
});

describe('while auth cannot be reached', () => {
  /** With auth where nobody listens, and the monolith to rescue what it can. */
  let without: Gateway;

  before(async () => {
    const table = tableOf({ auth: { stage: 'migrated', share: 10_000 } });
    const auth = table.services.auth!;
    auth.upstream.instances = ['http://127.0.0.1:9'];
    without = await startGateway({ source: memorySource(table), port: 0, onError: console.error });
  });

  after(async () => await without?.stop(1_000));

  it('nobody goes round a second factor by a login at the monolith, and who is logged in stays so', async () => {
    const { email, token } = await person('auth');
    const { body } = await ask('POST', '/auth/second-factor', token);
    const code = codeAt(bytesOf(body.secret), Math.floor(Date.now() / 30_000));
    assert.equal((await ask('POST', '/auth/second-factor/confirm', token, { code })).status, 200);
    assert.equal((await ask('POST', '/auth/login', undefined, { email, password: PASSWORD })).status, 401);
    const { rows: logins } = await pool.query('SELECT id FROM refresh_tokens ORDER BY id');
    const answer = await fetch(`${without.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1']);
    assert.deepEqual((await pool.query('SELECT id FROM refresh_tokens ORDER BY id')).rows, logins);

    const before = await request(gatewayBefore.url, 'POST', '/auth/login', {
      body: { email, password: PASSWORD },
    });
    const refreshed = await request(without.url, 'POST', '/auth/refresh', {
      body: { refresh_token: before.body.refresh_token },
    });
    assert.equal(refreshed.status, 200);
    const newcomer = { email: `person-${++people}@example.com`, password: PASSWORD, full_name: 'Ada King' };
    assert.equal((await request(without.url, 'POST', '/auth/register', { body: newcomer })).status, 201);
  });
});

describe('integrations, as a client of this very system', () => {
  const integrations = (method: string, path: string, token: string, body?: object) =>
    request(services.integrations.url, method, `/integrations${path}`, { token, body });

  it('is let in by a person, and moves their applications where a service has them, which knows what clients may', async () => {
    await services.auth.pool.query(
      `INSERT INTO oauth_clients (id, name, redirect_uris, scopes) VALUES ($1, 'Mails', $2, $3)`,
      [ACTING.client_id, [BACK], ACTING.scopes],
    );
    const { id, email, token } = await person('auth');
    const address = { senders: [email], moves: true };
    assert.equal((await integrations('PUT', '/mail/address', token, address)).status, 409);
    const begun = await integrations('POST', '/connections', token, { provider: ACTING.name });
    assert.equal(begun.status, 201);
    const { origin, pathname, searchParams } = new URL(begun.body.authorization_url);
    const login = { decision: 'allow', email, password: PASSWORD };
    const allowed = await form(origin + pathname, { ...Object.fromEntries(searchParams), ...login });
    const query = new URL(allowed.headers.get('location')!).searchParams.toString();
    const made = await integrations('POST', '/connections/complete', token, { query });
    assert.deepEqual([made.status, made.body.scopes], [201, ACTING.scopes]);
    const check = await integrations('POST', `/connections/${made.body.id}/check`, token);
    assert.equal(check.status, 204);

    const { body: to } = await integrations('PUT', '/mail/address', token, address);
    const receive = async (subject: string) => {
      const raw = `From: jobs@acme.example\r\nSubject: ${subject}\r\n\r\nWe will not be moving forward.`;
      const envelope = { envelope_from: email, envelope_to: to.address, spf: 'pass', dkim: ['acme.example'] };
      const mail = JSON.stringify({ ...envelope, raw: btoa(raw) });
      const headers = signed([MAIL_SECRET], { id: subject, at: new Date(), body: mail });
      const sent = await fetch(`${services.integrations.url}/api/v1/integrations/mail/receive`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: mail,
      });
      assert.equal(sent.status, 202);
      return await until(async () => {
        const [one] = (await integrations('GET', '/mail/proposals', token)).body.items;
        return one.moves_at === null && one;
      });
    };
    const before = await receive('Acme');
    assert.deepEqual([before.state, before.moved_by_mail], ['open', false]);

    moveApplications();
    await services.applications.pool.query(
      `WITH company AS (INSERT INTO companies VALUES (900, 'Acme GmbH')),
         job AS (INSERT INTO jobs (id, company_id, title, is_active) VALUES (900, 900, 'Engineer', true))
       INSERT INTO applications (id, user_id, job_id, status) VALUES (900, $1, 900, 'applied')`,
      [id],
    );
    await until(async () => (await ask('GET', '/applications/900', token)).status === 200);
    const after = await receive('Acme, again');
    assert.deepEqual([after.state, after.moved_by_mail, after.application_id], ['confirmed', true, 900]);
    const { body: application } = await ask('GET', '/applications/900', token);
    assert.equal(application.status, 'rejected');
    const { body: timeline } = await ask('GET', '/applications/900/timeline', token);
    assert.match(timeline.at(-1).note, /^From a forwarded mail: /);
  });
});
