import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { scratchHome } from '@banyan/postgres/scratch-server';
import { testServer } from '@banyan/postgres/testing';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import type pg from 'pg';
import { createMonolith } from '../../monolith/app.ts';
import { connect, createTables } from '../../monolith/database.ts';
import { serveWeb } from './serve-web.ts';

const SETTINGS = { jwtSecret: 'secret', bcryptCost: 4, accessTokenSeconds: 600, refreshTokenDays: 30 };
const OWN = { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080', 'sec-fetch-site': 'same-origin' };
const ADA = { email: 'ada@example.com', password: 'a good password' };
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const SCRIPT = 'console.log("hello");'.repeat(40);

const folder = mkdtempSync(join(scratchHome(), 'web-'));
let pool: pg.Pool;
let bare: FastifyInstance;
let app: FastifyInstance;

before(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Career Copilot</title>');
  writeFileSync(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'assets', 'main-1a2b.js'), SCRIPT);
  writeFileSync(join(folder, 'assets', 'main-1a2b.js.br'), brotliCompressSync(SCRIPT));
  pool = connect(await (await testServer()).database('monolith'));
  await createTables(pool);
  bare = await createMonolith(pool, SETTINGS);
  app = await createMonolith(pool, SETTINGS, { web: { folder } });
  await post('/session/registration', { ...ADA, full_name: 'Ada King' });
});

after(async () => {
  await Promise.all([app?.close(), bare?.close()]);
  await pool?.end();
  rmSync(folder, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers });

const post = (
  url: string,
  payload: object | string = {},
  headers: Record<string, string> = {},
  to: FastifyInstance = app,
): Promise<LightMyRequestResponse> =>
  to.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/json', ...OWN, ...headers },
  });

/** As a browser sends back what it was given. */
function cookieOf(response: LightMyRequestResponse): { cookie: string } {
  return { cookie: String(response.headers['set-cookie']).split(';', 1)[0]! };
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('the application beside its web', () => {
  it('answers as it did without: unknown routes, its OpenAPI, whatever is no page', async () => {
    const asked = [
      ['GET', '/api/v1/nothing', BROWSER],
      ['GET', '/assets/none.js', BROWSER],
      ['GET', '/session', BROWSER],
      ['GET', '/robots.txt', BROWSER],
      ['GET', '/somewhere', {}],
      ['GET', '/somewhere', { accept: 'application/json' }],
      ['POST', '/somewhere', BROWSER],
      ['GET', '/openapi.json', BROWSER],
      ['GET', '/health', BROWSER],
      ['GET', '/api/v1/auth/me', BROWSER],
      ['POST', '/api/v1/auth/login', BROWSER],
    ] as const;
    for (const [method, url, headers] of asked) {
      const [now, before] = [
        await app.inject({ method, url, headers }),
        await bare.inject({ method, url, headers }),
      ];
      assert.deepEqual(
        [now.statusCode, now.headers['content-type'], now.body],
        [before.statusCode, before.headers['content-type'], before.body],
        `${method} ${url}`,
      );
    }
    assert.equal((await bare.inject({ method: 'GET', url: '/', headers: BROWSER })).statusCode, 404);
  });
});

describe('pages', () => {
  it('are one page for each address that a person may open', async () => {
    for (const url of ['/', '/jobs/17?view=map', '/settings/sessions', '/apis', '/unknown/deep/path']) {
      const { statusCode, headers, body } = await get(url, BROWSER);
      assert.deepEqual([statusCode, headers['content-type']], [200, 'text/html; charset=utf-8'], url);
      assert.match(body, /<title>Career Copilot/);
      assert.equal(headers['cache-control'], 'no-cache');
    }
  });

  it('may run, load and send nothing but what is from here', async () => {
    const { headers } = await get('/', BROWSER);
    const policy = String(headers['content-security-policy']);
    assert.doesNotMatch(policy, /unsafe-(inline|eval)|https?:|\*/);
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "object-src 'none'",
      "form-action 'self'",
      "require-trusted-types-for 'script'",
    ])
      assert.ok(policy.split('; ').includes(directive), directive);
    assert.deepEqual(
      ['x-content-type-options', 'cross-origin-opener-policy', 'referrer-policy', 'x-frame-options'].map(
        (name) => headers[name],
      ),
      ['nosniff', 'same-origin', 'same-origin', 'DENY'],
    );
    assert.match(String(headers['permissions-policy']), /camera=\(\)/);
  });

  it('are known again by their ETag', async () => {
    const { etag } = (await get('/jobs', BROWSER)).headers;
    assert.equal((await get('/jobs', { ...BROWSER, 'if-none-match': String(etag) })).statusCode, 304);
  });

  it('have assets that are kept for good, compressed beforehand for whoever takes that', async () => {
    const packed = await get('/assets/main-1a2b.js', { 'accept-encoding': 'gzip, br' });
    const plain = await get('/assets/main-1a2b.js');
    assert.deepEqual(
      [packed.headers['content-encoding'], plain.headers['content-encoding']],
      ['br', undefined],
    );
    assert.equal(plain.body, SCRIPT);
    for (const { headers } of [packed, plain]) {
      assert.equal(headers['content-type'], 'application/javascript; charset=utf-8');
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(String(headers.vary), /accept-encoding/i);
    }
    assert.equal((await get('/icon.svg')).headers['cache-control'], 'no-cache');
  });
});

describe('the session of a page', () => {
  it('hands out the access token and keeps the refresh token from scripts', async () => {
    const login = await post('/session', ADA);
    assert.equal(login.statusCode, 200);
    assert.deepEqual(Object.keys(login.json()), ['access_token', 'token_type', 'expires_in']);
    assert.match(
      String(login.headers['set-cookie']),
      /^career-copilot-session=[\w-]{43}; Max-Age=2592000; Path=\/session; HttpOnly; SameSite=Strict$/,
    );
    assert.equal(login.headers['cache-control'], 'no-store');
    const authorization = `Bearer ${login.json().access_token}`;
    assert.equal((await get('/api/v1/auth/me', { authorization })).json().email, ADA.email);
    assert.equal((await get('/api/v1/auth/me', cookieOf(login))).statusCode, 401);
  });

  it('begins with an account, too', async () => {
    const person = { email: 'new@example.com', password: 'a good password', full_name: 'New Person' };
    const { statusCode, headers, body } = await post('/session/registration', person);
    assert.equal(statusCode, 201);
    assert.equal(JSON.parse(body).user.email, person.email);
    assert.doesNotMatch(body, /refresh_token/);
    assert.match(String(headers['set-cookie']), /HttpOnly/);
    const again = await post('/session/registration', person);
    assert.deepEqual([again.statusCode, again.json()], [400, { detail: 'Email already registered' }]);
  });

  it('goes on by its cookie, and is over when it is ended', async () => {
    const login = await post('/session', ADA);
    const refreshed = await post('/session/refresh', {}, cookieOf(login));
    assert.deepEqual([refreshed.statusCode, refreshed.json().expires_in], [200, 600]);
    const end = await app.inject({
      ...{ method: 'DELETE', url: '/session', headers: { ...OWN, ...cookieOf(refreshed) } },
    });
    assert.deepEqual([end.statusCode, end.body], [204, '']);
    assert.match(String(end.headers['set-cookie']), /^career-copilot-session=; Max-Age=0; Path=\/session/);
    const after = await post('/session/refresh', {}, cookieOf(refreshed));
    assert.equal(after.statusCode, 204);
    assert.match(String(after.headers['set-cookie']), /Max-Age=0/);
  });

  it('that nobody has is no error: each first visit asks', async () => {
    const { statusCode, headers } = await post('/session/refresh');
    assert.deepEqual([statusCode, headers['set-cookie']], [204, undefined]);
    for (const cookie of ['career-copilot-session=a%20b', `career-copilot-session=${'a'.repeat(600)}`, 'x=y'])
      assert.equal((await post('/session/refresh', {}, { cookie })).statusCode, 204);
  });

  it('is told what the API refused, as the API said it', async () => {
    const wrong = await post('/session', { ...ADA, password: 'another' });
    assert.deepEqual([wrong.statusCode, wrong.json()], [401, { detail: 'Incorrect email or password' }]);
    assert.equal(wrong.headers['set-cookie'], undefined);
    assert.equal((await post('/session', { email: 'ada' })).statusCode, 422);
  });

  it('has a cookie for https alone, unless the page was loaded over http from this machine', async () => {
    for (const [origin, name, secure] of [
      ['http://localhost:8080', 'career-copilot-session', false],
      ['http://[::1]:8080', 'career-copilot-session', false],
      ['https://career.example', '__Secure-career-copilot-session', true],
      ['http://career.example', '__Secure-career-copilot-session', true],
      ['http://127.0.0.1.career.example', '__Secure-career-copilot-session', true],
    ] as const) {
      const cookie = String((await post('/session', ADA, { origin })).headers['set-cookie']);
      assert.deepEqual([cookie.split('=', 1)[0], cookie.includes('; Secure')], [name, secure], origin);
    }
  });

  it('is nobody’s but a page of this site', async () => {
    const login = await post('/session', ADA);
    const { host } = OWN;
    const foreign: Record<string, string>[] = [
      { ...OWN, 'sec-fetch-site': 'cross-site' },
      { ...OWN, 'sec-fetch-site': 'same-site' },
      { ...OWN, 'sec-fetch-site': 'none' },
      { host, origin: 'http://evil.example' },
      { host, origin: 'null' },
      { host, origin: 'http://127.0.0.1:8081' },
      { host },
    ];
    for (const headers of foreign)
      for (const [method, url] of [
        ['POST', '/session'],
        ['POST', '/session/registration'],
        ['POST', '/session/refresh'],
        ['DELETE', '/session'],
      ] as const) {
        const payload = method === 'POST' ? { payload: ADA } : {};
        const answer = await app.inject({
          method,
          url,
          ...payload,
          headers: { ...headers, ...cookieOf(login) },
        });
        assert.deepEqual(
          [answer.statusCode, answer.json().code, answer.headers['set-cookie']],
          [403, 'NOT_FROM_OWN_PAGE', undefined],
          `${method} ${url} ${JSON.stringify(headers)}`,
        );
      }
    assert.equal((await post('/session/refresh', {}, cookieOf(login))).statusCode, 200);
    const old = await app.inject({
      ...{ method: 'POST', url: '/session/refresh', payload: {} },
      headers: { host, origin: OWN.origin, ...cookieOf(login) },
    });
    assert.equal(old.statusCode, 200);
  });

  it('takes small JSON objects and nothing else', async () => {
    for (const [payload, type, status] of [
      ['email=ada', 'application/x-www-form-urlencoded', 415],
      [JSON.stringify(ADA), 'text/plain', 415],
      ['[]', 'application/json', 400],
      ['{', 'application/json', 400],
      ['', 'application/json', 400],
      [JSON.stringify({ ...ADA, more: 'x'.repeat(5_000) }), 'application/json', 413],
    ] as const) {
      const answer = await post('/session', payload, { 'content-type': type });
      assert.deepEqual(
        [answer.statusCode, answer.json().code],
        [status, 'BAD_REQUEST'],
        `${type} ${payload}`,
      );
    }
  });
});

describe('the session behind a gateway', () => {
  type Asked = { url: string; headers: Record<string, unknown>; body: string };
  const asked: Asked[] = [];
  let answer: [status: number, headers: Record<string, string>, body: string] = [200, {}, ''];
  const logged: string[] = [];
  const gateway = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ url: request.url!, headers: request.headers, body });
    response.writeHead(answer[0], answer[1]).end(answer[2]);
  });
  let behind: FastifyInstance;

  before(async () => {
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        logged.push(String(chunk));
        done();
      },
    });
    behind = Fastify({ logger: { level: 'trace', stream } });
    await serveWeb(behind, { folder, apiUrl: urlOf(gateway), refreshTokenDays: 30 });
  });

  after(async () => {
    await behind?.close();
    gateway.close();
  });

  const tokens = {
    access_token: 'the-access-token',
    refresh_token: 'the-refresh-token',
    token_type: 'bearer',
  };

  it('asks it in the name of the browser, with nothing of the cookie but the token', async () => {
    answer = [200, {}, JSON.stringify({ ...tokens, expires_in: 60 })];
    const from = { 'user-agent': 'Browser 1', 'x-forwarded-for': '192.0.2.7', authorization: 'Bearer x' };
    const cookie = { cookie: 'other=1; career-copilot-session=an-older-token' };
    const answered = await post('/session/refresh', {}, { ...from, ...cookie }, behind);
    const { url, headers, body } = asked.at(-1)!;
    assert.deepEqual([url, body], ['/api/v1/auth/refresh', '{"refresh_token":"an-older-token"}']);
    assert.deepEqual(
      [headers['user-agent'], headers['x-forwarded-for'], headers.authorization, headers.cookie],
      ['Browser 1', '192.0.2.7', undefined, undefined],
    );
    assert.deepEqual(answered.json(), {
      access_token: 'the-access-token',
      token_type: 'bearer',
      expires_in: 60,
    });
    assert.match(String(answered.headers['set-cookie']), /=the-refresh-token;/);
  });

  it('hands on that it has to be waited for, and keeps the cookie', async () => {
    const problem = '{"type":"urn:banyan:gateway:held-too-long","status":503,"code":"held-too-long"}';
    answer = [503, { 'retry-after': '3', 'content-type': 'application/problem+json' }, problem];
    const held = await post('/session/refresh', {}, { cookie: 'career-copilot-session=t' }, behind);
    assert.deepEqual(
      [held.statusCode, held.headers['retry-after'], held.body, held.headers['set-cookie']],
      [503, '3', problem, undefined],
    );
    assert.equal(held.headers['content-type'], 'application/problem+json');
  });

  it('tells a browser that logs out nothing but the end, whatever the API says', async () => {
    answer = [503, { 'retry-after': '1' }, '{}'];
    const headers = { ...OWN, cookie: 'career-copilot-session=t' };
    const end = await behind.inject({ method: 'DELETE', url: '/session', headers });
    assert.equal(end.statusCode, 503);
    assert.match(String(end.headers['set-cookie']), /Max-Age=0/);
  });

  it('takes nothing for tokens that are none', async () => {
    for (const body of ['', '{}', '{"access_token":"a"}', '<html>']) {
      answer = [200, {}, body];
      const given = await post('/session', ADA, {}, behind);
      assert.deepEqual([given.statusCode, given.json().code], [502, 'BAD_ANSWER'], body);
      assert.equal(given.headers['set-cookie'], undefined);
    }
  });

  it('says whether it is known that nothing was done', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const apiUrl = urlOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    const nowhere = Fastify();
    await serveWeb(nowhere, { folder, apiUrl, refreshTokenDays: 30 });
    const refused = await post('/session', ADA, {}, nowhere);
    await nowhere.close();
    assert.deepEqual(
      [refused.statusCode, refused.json().code, refused.headers['retry-after']],
      [503, 'UNAVAILABLE', '1'],
    );
  });

  it('writes no token and no password into its log', () => {
    assert.ok(logged.length > 0);
    assert.doesNotMatch(logged.join(''), /the-access-token|the-refresh-token|an-older-token|a good password/);
  });
});
