import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Plan } from '@banyan/banyan';
import * as parity from '@banyan/harness/testing/parity';
import type { RunningService } from '@banyan/service';
import type pg from 'pg';
import { type GatewayDouble, startGatewayDouble } from './kit/testing/gateway.ts';
import { variablesOf } from './kit/testing/service.ts';
import { createMonolith } from './monolith/app.ts';
import data from './monolith/data.ts';
import { connect } from './monolith/database.ts';
import { demoPassword, demoRefreshToken, generate, userId } from './monolith/generate.ts';
import { user } from './services/user/main.ts';
import { system } from './system.ts';

/**
 * The same requests to the monolith and to the service that takes them over, with what the gateway makes of their tokens, over the same
 * data: nobody can tell who answers. Each request is sent to both, so that what it writes is on both too.
 */

const SECRET = 'the secret of the monolith, long enough for anybody';
const USERS = 110;
const COST = 4;
const ADMIN = 1;
/** Who is suspended since before. */
const SUSPENDED = 100;

let old: parity.OldSide;
let gateway: GatewayDouble;
let service: RunningService;
let tables: parity.TableMapping[];
let unmoved: NonNullable<Plan['unmoved']>;
let routes: Plan['services'][string]['routes'];

before(async () => {
  const fill = async (pool: pg.Pool) => {
    const size = { users: USERS, skills: 12, offered: 60, wanted: 40, sessions: 40 };
    await generate(pool, { ...size, bcryptCost: COST });
    for (const [n, name] of ['Cher', 'Zoë  d’Arc', ' x', 'A ', '李 小龍'].entries())
      await pool.query('UPDATE users_legacy SET full_name = $2 WHERE id = $1', [userId(n + 10), name]);
    await pool.query('INSERT INTO erasures (user_id) VALUES ($1)', [userId(USERS)]);
  };
  old = await parity.startOldSide({ connect, createMonolith, fill }, { secret: SECRET, bcryptCost: COST });
  gateway = await startGatewayDouble();
  const told = await variablesOf('user', { API_URL: gateway.url });
  service = await user.start(told);
  const plan = await parity.planFor(system, old, {
    ...{ secret: SECRET, gatewayKey: gateway.privateKey },
    ...{ databases: { user: told.DATABASE_URL! }, services: 'user' },
  });
  tables = plan.services.user!.tables ?? [];
  unmoved = plan.unmoved ?? [];
  routes = plan.services.user!.routes;
  for (const mapping of tables) await parity.copyRows(mapping, old.pool, service.pool);
});

after(async () => {
  await old?.close();
  await service?.close();
  gateway?.close();
});

const DIFFERS = { secrets: ['accessToken', 'refreshToken'], moments: ['createdAt', 'updatedAt'] };

const sides = () => ({
  monolith: old.url,
  service: service.url,
  exchange: (token: string) => gateway.exchange(token, SECRET),
});
const both = (call: parity.Call): Promise<{ legacy: parity.Reply; ours: parity.Reply }> =>
  parity.sendBoth(sides(), call);
const same = (call: parity.Call, status: number) =>
  parity.assertSameReply(sides(), call, { status, differs: DIFFERS });

const tokenOf = (n: number) => data.token(userId(n), SECRET);
const emailOf = async (n: number): Promise<string> =>
  (await old.pool.query('SELECT email FROM users_legacy WHERE id = $1', [userId(n)])).rows[0].email;

/** For services alone, and not a route of the gateway; or what the plan says that the monolith has not got. */
const isOwn = (operation: string) =>
  operation.includes(' /internal/') ||
  routes.some(
    ({ route, onMonolith }) => onMonolith === false && operation === route.replaceAll(/:\w+/g, '{}'),
  );

it('each operation is described alike by the service that takes it over', async () => {
  const described = async (origin: string) => await (await fetch(`${origin}/openapi.json`)).json();
  const [legacy, own] = [await described(old.url), await described(service.url)];
  // The monolith answers it too, and does not say so.
  const differences = parity.differencesOfApi(legacy, own).filter((each) => !each.includes('answers 415'));
  assert.deepEqual(differences, []);
  const known = parity.operationNames(legacy);
  assert.deepEqual(
    parity.operationNames(own).filter((operation) => !known.includes(operation) && !isOwn(operation)),
    [],
  );
});

it('what the plan says of routes that stay is said of routes that there are', async () => {
  const known = parity.operationNames(await (await fetch(`${old.url}/openapi.json`)).json());
  assert.ok(unmoved.length > 0);
  for (const { route } of unmoved) assert.ok(known.includes(route.replaceAll(/:\w+/g, '{}')), route);
});

it('the plan gives back every value of the monolith exactly, names of any shape too', async () => {
  for (const mapping of tables) {
    const { legacy, service: ours } = await parity.bothSides(mapping, {
      legacy: old.pool,
      service: service.pool,
    });
    assert.ok(legacy.length > 0);
    assert.deepEqual(ours, legacy);
  }
});

describe('people', () => {
  it('are the same to themselves, to others and to administrators', async () => {
    for (const n of [1, 2, 7, 10, 11, 12, 13, 14, 99]) {
      const path = `/users/${userId(n)}`;
      await same({ method: 'GET', path, token: tokenOf(n) }, 200);
      await same({ method: 'GET', path, token: tokenOf(20) }, 200);
      await same({ method: 'GET', path, token: tokenOf(ADMIN) }, 200);
      await same({ method: 'GET', path: `${path}/privacy-settings`, token: tokenOf(n) }, 200);
      await same(
        { method: 'GET', path: `${path}/privacy-settings`, token: tokenOf(n === 20 ? 21 : 20) },
        403,
      );
    }
  });

  it('are refused alike, by what is asked for and by whom', async () => {
    const path = `/users/${userId(7)}`;
    await same({ method: 'GET', path: `/users/${userId(SUSPENDED)}`, token: tokenOf(7) }, 404);
    await same({ method: 'GET', path: `/users/${randomUUID()}`, token: tokenOf(7) }, 404);
    await same({ method: 'GET', path, token: tokenOf(SUSPENDED) }, 403);
    for (const id of ['7', 'abc', '%00', `${userId(7)}0`])
      await same({ method: 'GET', path: `/users/${id}`, token: tokenOf(7) }, 400);
    const nobody = data.token(randomUUID(), SECRET);
    for (const token of [undefined, 'nonsense', data.token(userId(7), 'another secret'), nobody])
      await same({ method: 'GET', path, ...(token === undefined ? {} : { token }) }, 401);
    const put = { method: 'PUT', path, token: tokenOf(7) };
    for (const body of [{}, { version: 0 }, { version: 1, fullName: '' }]) await same({ ...put, body }, 400);
    await same({ ...put, raw: '{"version": 1, ' }, 400);
    await same({ ...put, body: { version: 1, bio: 'a\0b' } }, 400);
    await same({ ...put, body: { version: 1, timeZone: '+02:00' } }, 400);
    await same({ ...put, body: { version: 99, bio: 'x' } }, 409);
    await same({ ...put, token: tokenOf(8), body: { version: 1, bio: 'x' } }, 403);
    for (const action of ['suspend', 'verify'])
      await same({ method: 'POST', path: `${path}/${action}`, token: tokenOf(7) }, 403);
  });

  it('change in the same way, each of the version that they have read', async () => {
    const put = { method: 'PUT', path: `/users/${userId(7)}`, token: tokenOf(7) };
    const changes = [
      { fullName: 'Ana  de la Cruz' },
      { bio: 'Teaches', profilePictureUrl: 'https://pictures.example.com/7' },
      { bio: null, timeZone: 'Europe/Lisbon' },
      { fullName: 'Cher' },
      {},
    ];
    for (const [index, change] of changes.entries())
      await same({ ...put, body: { ...change, version: index + 1 } }, 200);
    await same({ ...put, body: { bio: 'late', version: 1 } }, 409);
    await same({ ...put, token: tokenOf(ADMIN), body: { bio: 'by another', version: 6 } }, 200);
    await same({ method: 'GET', path: put.path, token: tokenOf(9) }, 200);
  });

  it('show what their settings allow, and are there for those whom they have met', async () => {
    const { rows } = await old.pool.query(
      'SELECT seeker_id, provider_id FROM sessions WHERE seeker_id <> $1 AND provider_id <> $1 LIMIT 1',
      [userId(SUSPENDED)],
    );
    const { seeker_id: met, provider_id: id } = rows[0];
    const n = Array.from({ length: USERS }, (_, index) => index + 1).find((one) => userId(one) === id)!;
    const path = `/users/${id}`;
    const set = (settings: object, status = 200) =>
      same({ method: 'PUT', path: `${path}/privacy-settings`, token: tokenOf(n), body: settings }, status);
    const others = Array.from({ length: 40 }, (_, index) => userId(index + 4)).filter((one) => one !== id);
    const seenBy = async (one: string) => {
      const call = { method: 'GET', path, token: data.token(one, SECRET) };
      const { legacy, ours } = await both(call);
      assert.deepEqual(parity.comparable(ours, DIFFERS), parity.comparable(legacy, DIFFERS));
      return legacy.status;
    };
    await set({ profileVisibility: 'PUBLIC', showEmail: true, showCity: false });
    assert.equal(await seenBy(others[0]!), 200);
    await set({ profileVisibility: 'PRIVATE', showEmail: false, showCity: true });
    assert.equal(await seenBy(met), 200);
    const statuses = new Set(await Promise.all(others.map(seenBy)));
    assert.ok(statuses.has(404));
    await set({ profileVisibility: 'HIDDEN', showEmail: false, showCity: true }, 400);
  });

  it('are listed alike for administrators', async () => {
    for (const query of [
      '',
      '?page=1&size=7',
      '?status=SUSPENDED',
      '?query=cher',
      '?query=ZO%C3%8B',
      '?query=example&size=100',
      '?query=%20%20d',
    ])
      await same({ method: 'GET', path: `/users${query}`, token: tokenOf(ADMIN) }, 200);
    for (const query of ['?page=-1', '?size=0', '?size=101', '?status=x', '?query='])
      await same({ method: 'GET', path: `/users${query}`, token: tokenOf(ADMIN) }, 400);
    await same({ method: 'GET', path: '/users', token: tokenOf(7) }, 403);
  });
});

describe('logins', () => {
  const post = (path: string, body: unknown): parity.Call => ({
    method: 'POST',
    path: `/auth/${path}`,
    body,
  });

  it('are let in and refused alike', async () => {
    for (const n of [7, 8]) {
      const email = await emailOf(n);
      await same(post('login', { email: email.toUpperCase(), password: demoPassword(n) }), 200);
      await same(post('login', { email, password: 'wrong' }), 401);
      await same(post('refresh', { refreshToken: demoRefreshToken(n) }), 200);
    }
    await same(post('login', { email: 'nobody@example.com', password: 'x' }), 401);
    const suspended = { email: await emailOf(SUSPENDED), password: demoPassword(SUSPENDED) };
    await same(post('login', suspended), 403);
    await same(post('refresh', { refreshToken: 'unknown' }), 401);
    await same(post('refresh', {}), 400);
    await same(post('refresh', { refreshToken: demoRefreshToken(20) }), 401);
  });

  it('end with a logout, which may be asked for again', async () => {
    const refreshToken = demoRefreshToken(9);
    for (const status of [204, 204]) await same(post('logout', { refreshToken }), status);
    await same(post('refresh', { refreshToken }), 401);
  });

  it('of somebody who is suspended end at once, and cannot begin again', async () => {
    const [n, path] = [30 + 1, `/users/${userId(31)}`];
    await same({ method: 'POST', path: `${path}/verify`, token: tokenOf(ADMIN) }, 200);
    await same({ method: 'POST', path: `${path}/suspend`, token: tokenOf(ADMIN) }, 200);
    await same({ method: 'GET', path, token: tokenOf(n) }, 403);
    await same(post('refresh', { refreshToken: demoRefreshToken(n) }), 403);
    await same(post('login', { email: await emailOf(n), password: demoPassword(n) }), 403);
    // Whoever is let in again logs in anew.
    for (const [pool, table] of [
      [old.pool, 'users_legacy'],
      [service.pool, 'users'],
    ] as const)
      await pool.query(`UPDATE ${table} SET status = 'ACTIVE' WHERE id = $1`, [userId(n)]);
    await same(post('refresh', { refreshToken: demoRefreshToken(n) }), 401);
  });

  it('begin with a registration, once for each address', async () => {
    const somebody = { email: 'Some.Body@Example.com', password: 'a good password', fullName: 'Some Body' };
    const { legacy, ours } = await both(post('register', somebody));
    const shown = ({ status, body }: parity.Reply) => {
      const { user, accessToken, refreshToken, ...rest } = JSON.parse(body);
      assert.ok(accessToken && refreshToken);
      return { status, ...rest, user: { ...user, id: '', createdAt: '', updatedAt: '' } };
    };
    assert.deepEqual(shown(ours), shown(legacy));
    assert.equal(ours.status, 201);
    const again = { ...somebody, email: 'some.body@example.com' };
    await same(post('register', again), 409);
    for (const wrong of [{ email: 'none' }, { password: 'short' }, { fullName: '' }, { timeZone: 'Mars' }])
      await same(post('register', { ...somebody, email: 'x@example.com', ...wrong }), 400);
    // Of a longer one bcrypt would take any end.
    await same(post('register', { ...somebody, email: 'x@example.com', password: 'ä'.repeat(37) }), 400);
    const longest = { ...somebody, email: 'long@example.com', password: 'ä'.repeat(36) };
    assert.deepEqual(
      Object.values(await both(post('register', longest))).map(({ status }) => status),
      [201, 201],
    );
    const { id } = JSON.parse(ours.body).user;
    for (const table of ['skill_profiles', 'wallets'])
      assert.equal((await service.pool.query(`SELECT FROM ${table} WHERE user_id = $1`, [id])).rowCount, 1);
    const { accessToken } = JSON.parse(ours.body);
    const own = await parity.send(service.url, { method: 'GET', path: `/users/${id}`, token: accessToken });
    assert.equal(own.status, 200, own.body);
  });

  it('by a password that was set on one side are good on the other', async () => {
    const somebody = { email: 'twice@example.com', password: 'a good password', fullName: 'T' };
    await parity.send(service.url, post('register', somebody));
    const { rows } = await service.pool.query('SELECT password_hash FROM users WHERE email = $1', [
      somebody.email,
    ]);
    await old.pool.query(`INSERT INTO users_legacy (email, password_hash, full_name) VALUES ($1, $2, 'T')`, [
      somebody.email,
      rows[0].password_hash,
    ]);
    assert.equal((await parity.send(old.url, post('login', somebody))).status, 200);
  });
});
