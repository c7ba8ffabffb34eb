import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as parity from '@banyan/harness/testing/parity';
import { quoteIdent } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { SignJWT } from 'jose';
import type pg from 'pg';
import { type ServiceName, serviceIn } from './kit/service-modules.ts';
import { type GatewayDouble, startGatewayDouble } from './kit/testing/gateway.ts';
import { type Services, startServices } from './kit/testing/services.ts';
import { AUTH_ISSUER, LEGACY_ISSUER } from './kit/tokens.ts';
import { createMonolith } from './monolith/app.ts';
import { connect } from './monolith/database.ts';
import { demoPassword, demoRefreshToken, generate } from './monolith/generate.ts';
import { system } from './system.ts';

/**
 * The same requests to the monolith and to the services, with what the gateway makes of their tokens, over the same data: nobody
 * can tell who answers. Both sides
 * start from one generated database; each request is sent to both, so that what it writes is on both too.
 */

const SECRET = 'the secret of the legacy system, long enough';
const USERS = 60;
const COST = 4;

let old: parity.OldSide;
let gateway: GatewayDouble;
let services: Services;
let stop = async () => {};
let tables: [parity.TableMapping, pg.Pool][];

before(async () => {
  const fill = async (pool: pg.Pool) => {
    const size = { users: USERS, companies: 5, jobs: 20, applications: 90 };
    await generate(pool, { ...size, bcryptCost: COST });
    await pool.query(`UPDATE users SET is_active = (id <> 13)`);
  };
  old = await parity.startOldSide({ connect, createMonolith, fill }, { secret: SECRET, bcryptCost: COST });
  gateway = await startGatewayDouble();
  const env = { BCRYPT_COST: String(COST), REFRESH_GRACE_SECONDS: '0' };
  const started = await startServices(await testServer(), { gatewayUrl: gateway.url, env });
  ({ services, stop } = started);
  const told = { secret: SECRET, gatewayKey: gateway.privateKey, databases: started.databases };
  const plan = await parity.planFor(system, old, told);
  tables = system.services.flatMap((name) =>
    (plan.services[name]!.tables ?? []).map((mapping): [parity.TableMapping, pg.Pool] => [
      mapping,
      services[name].pool,
    ]),
  );
  for (const [mapping, pool] of tables) await parity.copyRows(mapping, old.pool, pool);
  for (const table of ['accounts', 'refresh_tokens']) {
    await services.auth.pool.query(
      `SELECT setval(pg_get_serial_sequence($1, 'id'), (SELECT max(id) FROM ${quoteIdent(table)}))`,
      [table],
    );
  }
});

after(async () => {
  await Promise.all([old?.close(), stop()]);
  gateway?.close();
});

/** Tokens and the moment of writing differ by nature; everything else must be the same byte. */
const DIFFERS = { secrets: ['access_token', 'refresh_token'], moments: ['created_at', 'updated_at'] };

const sides = (service: ServiceName) => ({
  monolith: old.url,
  service: services[service].url,
  exchange: (token: string) => gateway.exchange(token, SECRET),
});
const both = (
  service: ServiceName,
  call: parity.Call,
): Promise<{ legacy: parity.Reply; ours: parity.Reply }> => parity.sendBoth(sides(service), call);
const same = (service: ServiceName, call: parity.Call, status: number) =>
  parity.assertSameReply(sides(service), call, { status, differs: DIFFERS });

async function tokenOf(
  id: number,
  { issuer = LEGACY_ISSUER, secret = SECRET, seconds = 600 } = {},
): Promise<string> {
  return await new SignJWT({ role: id <= 3 ? 'admin' : 'user' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject(String(id))
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(secret));
}

async function emailOf(id: number): Promise<string> {
  const { rows } = await old.pool.query<{ email: string }>('SELECT email FROM users WHERE id = $1', [id]);
  return rows[0]!.email;
}

it('each service describes its API without a database as it does when it runs', async () => {
  for (const name of system.services) {
    const running = await (await fetch(`${services[name].url}/openapi.json`)).json();
    const told = system.environment({ process: name, secret: '', gatewayUrl: gateway.url, urls: {} });
    const nowhere = { DATABASE_URL: 'postgresql://127.0.0.1/none', BUS_URL: 'postgresql://127.0.0.1/none' };
    assert.deepEqual(await (await serviceIn(name)).openApi({ ...told, ...nowhere }), running, name);
  }
});

/** Only to whoever sends If-Match, which the monolith does not heed. */
const NEW_ANSWERS = ['PUT /api/v1/users/me: answers 412, which it did not'];

it('the public API is what it was: each operation is described alike by the service that takes it over', async () => {
  const described = async (origin: string) => await (await fetch(`${origin}/openapi.json`)).json();
  const legacy = await described(old.url);
  const taken = new Set<string>();
  for (const name of system.services) {
    const own = await described(services[name].url);
    const differences = parity.differencesOfApi(legacy, own);
    assert.deepEqual(
      differences.filter((each) => !NEW_ANSWERS.includes(each)),
      [],
      name,
    );
    for (const operation of parity.operationNames(own)) taken.add(operation);
  }
  assert.deepEqual(
    parity.operationNames(legacy).filter((operation) => !taken.has(operation)),
    [],
  );
});

describe('the plan', () => {
  it('gives back every legacy value exactly, names of any shape too', async () => {
    for (const [mapping, pool] of tables) {
      const { legacy, service } = await parity.bothSides(mapping, { legacy: old.pool, service: pool });
      assert.ok(legacy.length > 0);
      assert.deepEqual(service, legacy);
    }
  });
});

/** Before anything is written that tells somebody of something: nothing carries rows from one side to the other here. */
describe('notifications', () => {
  const idsOf = async (userId: number) => {
    const { rows } = await old.pool.query<{ id: number }>(
      'SELECT id FROM notifications WHERE user_id = $1 ORDER BY id',
      [userId],
    );
    return rows.map(({ id }) => id);
  };

  it('are listed alike, by each filter and page, for everybody', async () => {
    for (let id = 1; id <= USERS; id++) {
      const token = await tokenOf(id);
      for (const query of [
        '',
        '?unread_only=true',
        '?unread_only=false&page=2&limit=1',
        '?limit=100&other=1',
      ])
        await same(
          'notifications',
          { method: 'GET', path: `/notifications${query}`, token },
          id === 13 ? 403 : 200,
        );
    }
  });

  it('are refused alike, by what is asked for and by whom', async () => {
    const token = await tokenOf(7);
    for (const query of ['?unread_only=maybe', '?page=0', '?page=100001', '?limit=101', '?limit=x'])
      await same('notifications', { method: 'GET', path: `/notifications${query}`, token }, 422);
    const [theirs] = await idsOf(8);
    assert.ok(theirs, 'nobody else was told anything');
    for (const id of [theirs, 2_147_483_647])
      await same('notifications', { method: 'PUT', path: `/notifications/${id}/read`, token }, 404);
    for (const id of ['0', '-1', '2147483648', 'x', '%00'])
      await same('notifications', { method: 'PUT', path: `/notifications/${id}/read`, token }, 422);
    for (const bad of [undefined, 'nonsense', await tokenOf(7, { seconds: -10 })])
      for (const [method, path] of [
        ['GET', '/notifications'],
        ['PUT', `/notifications/${theirs}/read`],
        ['PUT', '/notifications/read-all'],
      ] as const)
        await same('notifications', { method, path, ...(bad === undefined ? {} : { token: bad }) }, 401);
  });

  it('are read alike, one, again, and all of them', async () => {
    const token = await tokenOf(8);
    const ids = await idsOf(8);
    assert.ok(ids.length > 0, 'nothing to read');
    const unread = { method: 'GET', path: '/notifications?unread_only=true', token };
    const one = { method: 'PUT', path: `/notifications/${ids[0]}/read`, token };
    for (const call of [one, one, unread, { method: 'PUT', path: '/notifications/read-all', token }, unread])
      await same('notifications', call, 200);
  });
});

describe('profiles', () => {
  it('are the same for every generated user', async () => {
    for (let id = 1; id <= USERS; id++) {
      const status = id === 13 ? 403 : 200;
      await same('users', { method: 'GET', path: '/users/me', token: await tokenOf(id) }, status);
    }
  });

  it('of others are the same, there or not there', async () => {
    const token = await tokenOf(5);
    for (let id = 1; id <= USERS; id++) {
      await same('users', { method: 'GET', path: `/users/${id}`, token }, id === 13 ? 404 : 200);
    }
    await same('users', { method: 'GET', path: '/users/999999', token }, 404);
    await same('users', { method: 'GET', path: '/users/0', token }, 422);
    await same('users', { method: 'GET', path: '/users/2147483648', token }, 422);
    for (const id of ['abc', 'Infinity', '1e999', '-1', '1.5', '%00'])
      await same('users', { method: 'GET', path: `/users/${id}`, token }, 422);
  });

  it('change in the same way, names of any shape come back exactly', async () => {
    const token = await tokenOf(7);
    const names = [
      'Ada',
      'Ada King',
      'Ada  King',
      ' Ada',
      'Ada ',
      ' ',
      "Zoë  d'Arc-Müller y  Sons ",
      '李 小龍',
    ];
    for (const full_name of names) {
      await same('users', { method: 'PUT', path: '/users/me', token, body: { full_name } }, 200);
      const { ours } = await both('users', { method: 'GET', path: '/users/me', token });
      assert.equal(JSON.parse(ours.body).full_name, full_name);
    }
    const changes = [
      { phone: '+49 30 1234', location: 'Köln', headline: 'h-7-1' },
      { phone: null, location: null, headline: null },
      { skills: ['C++', 'a "quoted" one', 'back\\slash', ''] },
      { skills: [] },
      { preferences: { nested: { b: 1, a: [null, true, 1.5] }, umlaut: 'ä', '': 0 } },
      { preferences: {} },
      { headline: 'kept', unknown: 'ignored' },
      {},
      { headline: 42 },
      { skills: 'one' },
    ];
    for (const body of changes) await same('users', { method: 'PUT', path: '/users/me', token, body }, 200);
  });

  it('refuse the same input with the same words', async () => {
    const token = await tokenOf(7);
    const bodies = [
      { full_name: '' },
      { full_name: null },
      { full_name: 'x'.repeat(256) },
      { headline: 'x'.repeat(256) },
      { skills: [{}] },
      { preferences: [1] },
      { preferences: null },
      { headline: 'NUL \u0000 inside' },
      { preferences: { text: 'NUL \u0000 inside' } },
      { preferences: { text: '\ud800' } },
      { preferences: { '\udc00': 1 } },
      [],
    ];
    for (const body of bodies) await same('users', { method: 'PUT', path: '/users/me', token, body }, 422);
    const deep = `{"preferences":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`;
    for (const raw of ['{"headline":', '', 'null', deep]) {
      await same('users', { method: 'PUT', path: '/users/me', token, raw }, 422);
    }
  });
});

describe('tokens', () => {
  it('that are missing, forged, expired, of a stranger or of nobody are refused alike', async () => {
    const bad = {
      missing: undefined,
      nonsense: 'nonsense',
      forged: await tokenOf(7, { secret: 'another secret, also long enough' }),
      expired: await tokenOf(7, { seconds: -10 }),
      stranger: await tokenOf(7, { issuer: 'somebody else' }),
      confused: await tokenOf(7, { issuer: AUTH_ISSUER }),
      nobody: await tokenOf(999_999),
      zero: await tokenOf(0),
    };
    for (const token of Object.values(bad)) {
      await same('users', { method: 'GET', path: '/users/me', token }, 401);
      await same('users', { method: 'PUT', path: '/users/me', token, body: { headline: 'x' } }, 401);
      await same('auth', { method: 'GET', path: '/auth/me', token }, 401);
      await same('auth', { method: 'PUT', path: '/users/me/password', token, body: {} }, 401);
    }
  });

  it('of an inactive user are refused alike', async () => {
    const token = await tokenOf(13);
    await same('auth', { method: 'GET', path: '/auth/me', token }, 403);
    await same('users', { method: 'GET', path: '/users/5', token }, 403);
  });

  it('of the auth service are good at both services', async () => {
    const login = { email: await emailOf(8), password: demoPassword(8) };
    const reply = await parity.send(services.auth.url, { method: 'POST', path: '/auth/login', body: login });
    const token = JSON.parse(reply.body).access_token;
    assert.equal(
      (await parity.send(services.auth.url, { method: 'GET', path: '/auth/me', token })).status,
      200,
    );
    assert.equal(
      (await parity.send(services.users.url, { method: 'GET', path: '/users/me', token })).status,
      200,
    );
  });
});

describe('accounts', () => {
  it('are the same for every generated user', async () => {
    for (let id = 1; id <= USERS; id++) {
      const status = id === 13 ? 403 : 200;
      await same('auth', { method: 'GET', path: '/auth/me', token: await tokenOf(id) }, status);
    }
  });

  it('log in with the passwords they always had', async () => {
    for (const id of [1, 4, 5, 6, 9]) {
      const email = await emailOf(id);
      const path = '/auth/login';
      await same('auth', { method: 'POST', path, body: { email, password: demoPassword(id) } }, 200);
      await same('auth', { method: 'POST', path, body: { email, password: 'wrong' } }, 401);
      const shouted = ` ${email.toUpperCase()} `;
      await same('auth', { method: 'POST', path, body: { email: shouted, password: demoPassword(id) } }, 200);
    }
  });

  it('are refused at login alike', async () => {
    const inactive = { email: await emailOf(13), password: demoPassword(13) };
    await same('auth', { method: 'POST', path: '/auth/login', body: inactive }, 403);
    const nobody = { email: 'nobody@example.com', password: 'x' };
    await same('auth', { method: 'POST', path: '/auth/login', body: nobody }, 401);
    await same('auth', { method: 'POST', path: '/auth/login', body: {} }, 422);
    await same('auth', { method: 'POST', path: '/auth/login', raw: '{' }, 422);
  });

  it('register alike, once', async () => {
    const body = { email: 'New.Person@example.com', password: 'a good password', full_name: 'New  Person' };
    await same('auth', { method: 'POST', path: '/auth/register', body }, 201);
    await same('auth', { method: 'POST', path: '/auth/register', body }, 400);
    const login = { email: 'new.person@example.com', password: 'a good password' };
    await same('auth', { method: 'POST', path: '/auth/login', body: login }, 200);
  });

  it('that registered after the links were gone have the profile that the legacy system would give them', async () => {
    const body = { email: 'late@example.com', password: 'a good password', full_name: ' Late  de la Comer ' };
    const { ours } = await both('auth', { method: 'POST', path: '/auth/register', body });
    const token = await tokenOf(JSON.parse(ours.body).user.id);
    await same('users', { method: 'GET', path: '/users/me', token }, 200);
    await same('users', { method: 'PUT', path: '/users/me', token, body: { headline: 'here' } }, 200);
  });

  it('refuse a bad registration with the same words', async () => {
    const good = { email: 'other@example.com', password: 'a good password', full_name: 'Other' };
    const bad = [
      {},
      { ...good, email: 'no email' },
      { ...good, email: undefined },
      { ...good, password: 'short' },
      { ...good, password: 'x'.repeat(73) },
      { ...good, full_name: '' },
    ];
    for (const body of bad) await same('auth', { method: 'POST', path: '/auth/register', body }, 422);
    // 37 letters, and more bytes than bcrypt looks at.
    const body = { ...good, password: 'ä'.repeat(37) };
    await same('auth', { method: 'POST', path: '/auth/register', body }, 400);
  });

  it('change their password alike', async () => {
    const token = await tokenOf(11);
    const path = '/users/me/password';
    const change = { current_password: demoPassword(11), new_password: 'a new password' };
    await same('auth', { method: 'PUT', path, token, body: { ...change, current_password: 'wrong' } }, 400);
    await same('auth', { method: 'PUT', path, token, body: { ...change, new_password: 'short' } }, 422);
    await same(
      'auth',
      { method: 'PUT', path, token, body: { ...change, new_password: 'ä'.repeat(37) } },
      400,
    );
    await same('auth', { method: 'PUT', path, token, body: change }, 200);
    const email = await emailOf(11);
    const login = { email, password: 'a new password' };
    await same('auth', { method: 'POST', path: '/auth/login', body: login }, 200);
    const old = { email, password: demoPassword(11) };
    await same('auth', { method: 'POST', path: '/auth/login', body: old }, 401);
  });
});

describe('sessions of before', () => {
  it('are refreshed alike, ended ones refused alike', async () => {
    const path = '/auth/refresh';
    await same('auth', { method: 'POST', path, body: { refresh_token: demoRefreshToken(21) } }, 200);
    await same('auth', { method: 'POST', path, body: { refresh_token: demoRefreshToken(20) } }, 401);
    await same('auth', { method: 'POST', path, body: { refresh_token: demoRefreshToken(13) } }, 403);
    await same('auth', { method: 'POST', path, body: { refresh_token: 'unknown' } }, 401);
    await same('auth', { method: 'POST', path, body: { refresh_token: '' } }, 422);
  });

  it('are ended by logout alike, and twice is no error', async () => {
    const body = { refresh_token: demoRefreshToken(22) };
    await same('auth', { method: 'POST', path: '/auth/logout', body }, 200);
    await same('auth', { method: 'POST', path: '/auth/logout', body }, 200);
    await same('auth', { method: 'POST', path: '/auth/refresh', body }, 401);
  });
});

describe('jobs', () => {
  const lists = [
    '',
    '?page=2&limit=7',
    '?page=100000&limit=100',
    '?q=engineer',
    '?q=engineer%20OR%20nurse%20-senior',
    '?q=%22data%20analyst%22',
    '?q=%25%27%3B--%5C',
    '?q=',
    '?location=berlin',
    '?location=%25',
    '?location=_%5C',
    '?job_type=full_time&remote=true',
    '?job_type=none',
    '?remote=false',
    '?company_id=1',
    '?company_id=-2147483648',
    '?min_salary=60000',
    '?min_salary=0&q=a&location=e&job_type=full_time&remote=false&company_id=2&page=1&limit=1',
    '?unknown=1',
  ];
  const refused = [
    '?page=0',
    '?page=100001',
    '?page=x',
    '?limit=101',
    '?limit=0',
    '?remote=maybe',
    '?company_id=2147483648',
    '?company_id=1.5',
    '?min_salary=-1',
    `?q=${'x'.repeat(201)}`,
    `?location=${'x'.repeat(101)}`,
    '?job_type=the-longest-of-all-kinds-of-jobs',
    '?q=a&q=b',
    '?q=%00',
  ];

  it('are listed alike, by each filter and page', async () => {
    for (const query of lists) await same('jobs', { method: 'GET', path: `/jobs${query}` }, 200);
  });

  it('are refused alike, by what is asked for', async () => {
    for (const query of refused) await same('jobs', { method: 'GET', path: `/jobs${query}` }, 422);
  });

  it('and their companies are shown alike, there or not there', async () => {
    for (const [path, last] of [
      ['/jobs', 20],
      ['/companies', 5],
    ] as const) {
      for (let id = 1; id <= last; id++) await same('jobs', { method: 'GET', path: `${path}/${id}` }, 200);
      await same('jobs', { method: 'GET', path: `${path}/2147483647` }, 404);
      for (const id of ['0', '-1', '2147483648', 'abc', '1.5', 'Infinity', '%00'])
        await same('jobs', { method: 'GET', path: `${path}/${id}` }, 422);
    }
  });

  it('are shown to everybody alike, whatever token is sent', async () => {
    for (const token of [await tokenOf(7), 'nonsense', await tokenOf(13), await tokenOf(7, { seconds: -10 })])
      for (const path of ['/jobs', '/jobs/1', '/companies/1'])
        await same('jobs', { method: 'GET', path, token }, 200);
  });
});
