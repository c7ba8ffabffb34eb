import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { Environment } from '@banyan/harness/run';
import { type Answer, good, request } from '@banyan/harness/testing';
import { hear } from '@banyan/harness/testing/events';
import { goTo, noConflicts, startTestEnvironment, verified } from '@banyan/harness/testing/system';
import { createPool } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import type pg from 'pg';
import { contracts } from './contracts/user.ts';
import data from './monolith/data.ts';
import { userId } from './monolith/generate.ts';
import { system } from './system.ts';

const ADMIN = 1;

let environment: Environment;
let pools: Record<'monolith' | 'user', pg.Pool>;

before(async () => {
  environment = await startTestEnvironment(system, 'skillswap', { users: 40 });
  const pool = (name: string) => createPool(environment.databases.get(name)!, { max: 1 });
  pools = { monolith: pool('monolith'), user: pool('user') };
});

after(async () => {
  await Promise.all(Object.values(pools ?? {}).map((pool) => pool.end()));
  await environment?.stop();
});

const call = (method: string, path: string, token?: string, body?: unknown): Promise<Answer> =>
  request(environment.gatewayUrl, method, path, { ...(token === undefined ? {} : { token }), body });

type Person = { id: string; email: string; fullName: string };

/** Somebody registers and changes who they are, and finds at once what they have written, and what the rest of the system has made for them. */
async function join(): Promise<Person> {
  const credentials = { email: `${randomUUID()}@example.com`, password: 'a good password' };
  const account = { ...credentials, fullName: 'Zoë  d’Arc' };
  const { user, accessToken, refreshToken } = await good(
    'register',
    call('POST', '/auth/register', undefined, account),
  );
  const path = `/users/${user.id}`;
  const change = { fullName: `New ${user.id}`, version: user.version };
  const changed = await good('change', call('PUT', path, accessToken, change));
  assert.equal(changed.version, user.version + 1);
  assert.equal((await call('PUT', path, accessToken, change)).body.code, 'STALE_VERSION');
  const login = await good('log in', call('POST', '/auth/login', undefined, credentials));
  for (const token of [accessToken, login.accessToken]) {
    assert.equal((await good('read', call('GET', path, token))).fullName, change.fullName);
    assert.equal((await good('wallet', call('GET', '/credits', token))).balance, 0);
    assert.equal((await good('skills', call('GET', `/skills/profiles/${user.id}`, token))).userId, user.id);
  }
  await good('refresh', call('POST', '/auth/refresh', undefined, { refreshToken }));
  assert.equal((await call('POST', '/auth/logout', undefined, { refreshToken })).status, 204);
  assert.equal((await call('POST', '/auth/refresh', undefined, { refreshToken })).status, 401);
  return { id: user.id, email: credentials.email, fullName: change.fullName };
}

it('users leave the monolith and come back, whoever comes meanwhile is there on both sides, and is told of once', async (t) => {
  const { control, busUrl } = environment;
  const heard = await hear(t, { busUrl, events: contracts.events });
  const admin = data.token(userId(ADMIN), environment.secret);
  const people: Person[] = [];
  await goTo(control, 'user', 'copying');
  await goTo(control, 'user', 'shadowing');
  for (const [stage, share] of [
    ['shadowing', 0],
    ['canary', 5_000],
    ['migrated', 10_000],
  ] as const) {
    await goTo(control, 'user', stage, share);
    for (let n = 0; n < 4; n++) people.push(await join());
    const { id, email } = people.at(-1)!;
    await good('suspend', call('POST', `/users/${id}/suspend`, admin));
    const login = { email, password: 'a good password' };
    assert.equal((await call('POST', '/auth/login', undefined, login)).body.code, 'ACCOUNT_INACTIVE');
    const page = await good('list', call('GET', `/users?query=${id}`, admin));
    assert.deepEqual(
      page.content.map((one: Person) => one.id),
      [id],
    );
  }
  // Erased over all that the monolith has, by the monolith, and of what is the service's by now with the answer.
  const leaving = people.at(-2)!;
  const { accessToken } = await good(
    'log in',
    call('POST', '/auth/login', undefined, { email: leaving.email, password: 'a good password' }),
  );
  assert.equal(
    (await good('export', call('GET', `/users/${leaving.id}/export`, accessToken))).wallet.length,
    1,
  );
  assert.equal((await call('DELETE', `/users/${leaving.id}`, accessToken)).status, 204);
  assert.equal((await call('GET', `/users/${leaving.id}`, accessToken)).body.code, 'ACCOUNT_INACTIVE');
  for (const [pool, table] of [
    [pools.user, 'users'],
    [pools.monolith, 'users_legacy'],
  ] as const) {
    const { rows } = await pool.query(`SELECT to_jsonb(one)::text AS row FROM ${table} one WHERE id = $1`, [
      leaving.id,
    ]);
    assert.match(rows[0].row, /"DELETED"/);
    assert.ok(!rows[0].row.includes(leaving.email) && !rows[0].row.includes('New '));
  }
  Object.assign(leaving, { email: `deleted-${leaving.id}@invalid`, fullName: 'Deleted user' });

  await verified(control, 'user');
  await noConflicts(pools.monolith, pools.user);

  await goTo(control, 'user', 'monolith');
  people.push(await join());
  const { rows } = await pools.monolith.query<Person>(
    `SELECT id, email, full_name AS "fullName" FROM users_legacy WHERE id = ANY ($1)`,
    [people.map(({ id }) => id)],
  );
  const byId = (all: Person[]) => all.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  assert.deepEqual(byId(rows), byId(people));

  // The last one has come when nobody followed the monolith any more.
  const told = people.slice(0, -1);
  const types = (id: string) => heard.filter(({ subject }) => subject === id).map(({ type }) => type);
  const expected = (n: number) => [
    'UserRegistered',
    'UserProfileUpdated',
    ...(n % 4 === 3 ? ['UserSuspended'] : []),
    ...(told[n] === leaving ? ['UserDeleted'] : []),
  ];
  await until(() => told.every(({ id }, n) => types(id).length >= expected(n).length));
  for (const [n, { id }] of told.entries()) assert.deepEqual(types(id), expected(n));
});
