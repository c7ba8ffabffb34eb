import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type Json, type Person, startWorld, type World } from './testing/world.ts';

let world: World;

before(async () => {
  world = await startWorld();
});
after(async () => await world?.stop());

describe('errors', () => {
  it('are problem documents that say where and by which code', async () => {
    const { status, body, type } = await world.nobody('GET', `/users/${randomUUID()}?x=1`);
    assert.equal(status, 401);
    assert.match(type!, /^application\/problem\+json/);
    assert.equal(body.type, 'about:blank');
    assert.equal(body.title, 'Unauthorized');
    assert.equal(body.code, 'NOT_AUTHENTICATED');
    assert.match(body.instance, /^\/api\/v1\/users\/[0-9a-f-]+$/);
  });

  it('name what of a request is not as it has to be', async () => {
    const { status, body } = await world.nobody('POST', '/auth/register', { email: 'none', password: 'x' });
    assert.equal(status, 400);
    assert.equal(body.code, 'INVALID_REQUEST');
    assert.ok(body.errors.length > 0);
    const nul = { email: 'a@b.co', password: 'a good password', fullName: 'a\0b' };
    assert.equal((await world.nobody('POST', '/auth/register', nul)).status, 400);
    assert.equal((await world.nobody('GET', '/nowhere')).body.code, 'NOT_FOUND');
  });
});

describe('accounts', () => {
  it('are registered once for each address, with a wallet and a profile, and let in with their password only', async () => {
    const account = { email: 'Ann@Example.com ', password: 'a good password', fullName: 'Ann Example' };
    assert.equal((await world.nobody('POST', '/auth/register', account)).status, 400);
    account.email = 'Ann@Example.com';
    const { status, body } = await world.nobody('POST', '/auth/register', account);
    assert.equal(status, 201);
    assert.equal(body.user.email, 'ann@example.com');
    const again = { ...account, email: 'ann@example.com' };
    assert.equal((await world.nobody('POST', '/auth/register', again)).body.code, 'EMAIL_TAKEN');
    for (const table of ['wallets', 'skill_profiles'])
      assert.equal(
        (await world.pool.query(`SELECT 1 FROM ${table} WHERE user_id = $1`, [body.user.id])).rowCount,
        1,
      );
    const login = (email: string, password: string) =>
      world.nobody('POST', '/auth/login', { email, password });
    assert.equal((await login('ANN@example.com', 'a good password')).status, 200);
    assert.equal((await login('ann@example.com', 'another password')).body.code, 'BAD_LOGIN');
    assert.equal((await login('nobody@example.com', 'a good password')).body.code, 'BAD_LOGIN');
  });

  it('go on with their refresh token until they log out', async () => {
    const account = { email: 'refresh@example.com', password: 'a good password', fullName: 'R' };
    const { refreshToken } = (await world.nobody('POST', '/auth/register', account)).body;
    const refreshed = await world.nobody('POST', '/auth/refresh', { refreshToken });
    assert.equal(refreshed.body.refreshToken, refreshToken);
    assert.equal((await world.nobody('POST', '/auth/logout', { refreshToken })).status, 204);
    assert.equal((await world.nobody('POST', '/auth/refresh', { refreshToken })).status, 401);
  });

  it('that are suspended are out at once', async () => {
    const [admin, person] = [await world.admin(), await world.person()];
    assert.equal((await person.call('POST', `/users/${admin.id}/suspend`)).body.code, 'FORBIDDEN');
    assert.equal((await admin.call('POST', `/users/${person.id}/suspend`)).body.status, 'SUSPENDED');
    assert.equal((await person.call('GET', `/users/${person.id}`)).body.code, 'ACCOUNT_INACTIVE');
    const login = { email: person.email, password: 'a good password' };
    assert.equal((await world.nobody('POST', '/auth/login', login)).body.code, 'ACCOUNT_INACTIVE');
  });
});

describe('users', () => {
  it('are changed by themselves, of the version that they have read', async () => {
    const [one, other] = [await world.person(), await world.person()];
    const change = { fullName: 'New Name', bio: 'Teaches', version: 1 };
    const changed = (await one.call('PUT', `/users/${one.id}`, change)).body;
    assert.equal(changed.fullName, 'New Name');
    assert.equal(changed.version, 2);
    assert.equal((await one.call('PUT', `/users/${one.id}`, change)).body.code, 'STALE_VERSION');
    assert.equal((await other.call('PUT', `/users/${one.id}`, change)).body.code, 'FORBIDDEN');
    const zone = { timeZone: '+02:00', version: 2 };
    assert.equal((await one.call('PUT', `/users/${one.id}`, zone)).body.code, 'BAD_ZONE');
  });

  it('show others what their privacy settings allow', async () => {
    const [one, other] = [await world.person(), await world.person()];
    const seen = async () => (await other.call('GET', `/users/${one.id}`)).body;
    assert.equal((await seen()).email, null);
    const settings = { profileVisibility: 'PUBLIC', showEmail: true, showCity: true };
    await one.call('PUT', `/users/${one.id}/privacy-settings`, settings);
    assert.equal((await seen()).email, one.email);
    await one.call('PUT', `/users/${one.id}/privacy-settings`, { ...settings, profileVisibility: 'PRIVATE' });
    assert.equal((await seen()).code, 'USER_NOT_FOUND');
    assert.equal((await one.call('GET', `/users/${one.id}`)).status, 200);
    assert.equal((await other.call('GET', `/users/${one.id}/privacy-settings`)).status, 403);
  });

  it('get all that is kept of them, and leave nothing of who they were when they go', async () => {
    const one = await world.person('Someone Particular');
    const exported = (await one.call('GET', `/users/${one.id}/export`)).body;
    assert.equal(exported.user.email, one.email);
    assert.equal(exported.wallet[0].balance, 0);
    assert.ok(!JSON.stringify(exported).includes('password'));
    assert.equal((await one.call('DELETE', `/users/${one.id}`)).status, 204);
    const { rows } = await world.pool.query('SELECT * FROM users_legacy WHERE id = $1', [one.id]);
    assert.doesNotMatch(JSON.stringify(rows), /Particular/);
    const { rows: proof } = await world.pool.query('SELECT erased FROM erasures WHERE user_id = $1', [
      one.id,
    ]);
    assert.deepEqual([proof[0].erased.users_legacy, proof[0].erased.refresh_tokens], [1, 1]);
    assert.ok(!JSON.stringify(rows).includes(one.email));
    assert.equal((await one.call('GET', `/users/${one.id}`)).status, 403);
  });

  it('are listed for administrators, page by page and by name', async () => {
    const admin = await world.admin();
    await world.person('Łucja Żukowska');
    const page = (await admin.call('GET', '/users?page=0&size=2')).body;
    assert.equal(page.content.length, 2);
    assert.equal(page.totalPages, Math.ceil(page.totalElements / 2));
    const found = (await admin.call('GET', `/users?query=${encodeURIComponent('żukow')}`)).body;
    assert.equal(found.totalElements, 1);
    const [user] = found.content;
    assert.equal((await admin.call('POST', `/users/${user.id}/verify`)).body.verified, true);
    assert.equal((await (await world.person()).call('GET', '/users')).status, 403);
  });
});

describe('skills', () => {
  it('are found by name and by category with what is below it', async () => {
    const admin = await world.admin();
    const category = async (name: string, parent: string | null) =>
      (
        await world.pool.query(
          'INSERT INTO skill_categories (name, parent_id) VALUES ($1, $2) RETURNING id',
          [name, parent],
        )
      ).rows[0].id;
    const music = await category('Music', null);
    const strings = await category('Strings', music);
    const skill = { name: 'Violin 100%_', description: 'Bowed', categoryId: strings };
    const made = await admin.call('POST', '/skills', skill);
    assert.equal(made.status, 201);
    assert.equal(made.body.categoryName, 'Strings');
    assert.equal((await admin.call('POST', '/skills', skill)).body.code, 'SKILL_EXISTS');
    const nowhere = { ...skill, name: 'x', categoryId: randomUUID() };
    assert.equal((await admin.call('POST', '/skills', nowhere)).body.code, 'CATEGORY_NOT_FOUND');
    const total = async (query: string) => (await admin.call('GET', `/skills?${query}`)).body.totalElements;
    assert.equal(await total(`categoryId=${music}`), 1);
    assert.equal(await total(`query=${encodeURIComponent('VIOLIN 100%_')}`), 1);
    assert.equal(await total(`query=${encodeURIComponent('violin_100')}`), 0);
    assert.deepEqual((await admin.call('GET', `/skills/${made.body.id}`)).body, made.body);
  });

  it('of a profile are those that were named last', async () => {
    const one = await world.person();
    const [a, b, c] = await world.skills(3);
    const profile = {
      headline: 'Teaches',
      hourlyRate: 12,
      budget: null,
      city: 'Lisboa',
      latitude: 38.7,
      longitude: -9.1,
      offered: [
        { skillId: a, level: 'EXPERT' },
        { skillId: b, level: 'BEGINNER' },
      ],
      wanted: [{ skillId: c }],
      version: 1,
    };
    const path = `/skills/profiles/${one.id}`;
    assert.equal((await one.call('PUT', path, profile)).status, 200);
    const next = { ...profile, offered: [{ skillId: b, level: 'EXPERT' }], wanted: [], version: 2 };
    const { body } = await one.call('PUT', path, next);
    assert.deepEqual(
      body.offered.map(({ skillId, level }: { skillId: string; level: string }) => [skillId, level]),
      [[b, 'EXPERT']],
    );
    assert.deepEqual(body.wanted, []);
    assert.equal((await one.call('PUT', path, next)).body.code, 'STALE_VERSION');
    const unknown = { ...next, version: 3, wanted: [{ skillId: randomUUID() }] };
    assert.equal((await one.call('PUT', path, unknown)).body.code, 'SKILL_NOT_FOUND');
    assert.equal((await one.call('GET', path)).body.version, 3);
    const other = await world.person();
    assert.equal((await other.call('GET', path)).body.city, 'Lisboa');
    const hidden = { profileVisibility: 'PUBLIC', showEmail: false, showCity: false };
    await one.call('PUT', `/users/${one.id}/privacy-settings`, hidden);
    assert.equal((await other.call('GET', path)).body.latitude, null);
  });
});

describe('matches', () => {
  const profile = {
    headline: null,
    hourlyRate: 10,
    budget: null,
    city: 'Berlin',
    latitude: 52.5,
    longitude: 13.4,
    offered: [] as object[],
    wanted: [] as object[],
    version: 1,
  };

  it('are those who offer what is wanted, with what their scores are made of, and say it', async () => {
    const [seeker, near, far, other] = await Promise.all([1, 2, 3, 4].map(() => world.person()));
    const [wanted, unwanted] = await world.skills(2);
    const set = (one: Person, changes: object) =>
      one.call('PUT', `/skills/profiles/${one.id}`, { ...profile, ...changes });
    const offered = [{ skillId: wanted, level: 'EXPERT' }];
    await set(seeker!, { wanted: [{ skillId: wanted }] });
    await set(near!, { offered });
    await set(far!, { offered, latitude: 48.1, longitude: 11.6 });
    await set(other!, { offered: [{ skillId: unwanted, level: 'EXPERT' }] });
    const hours = [{ weekday: 1, from: '09:00', to: '17:00' }];
    for (const one of [near, far, other])
      await one!.call('PUT', `/bookings/availability/${one!.id}`, { zone: 'Europe/Berlin', hours });

    const matches = async (query = '') => (await seeker!.call('GET', `/matches${query}`)).body;
    const all = await matches();
    assert.deepEqual(new Set(all.map((match: Json) => match.userId)), new Set([near!.id, far!.id]));
    const score = { skills: 1, rating: 0.7, availability: 1, price: 1, total: 0.91 };
    assert.deepEqual(all[0].score, score);
    assert.equal(all[0].skills[0].skillId, wanted);
    const close = await matches('?maxDistanceKm=100');
    assert.deepEqual(
      close.map((match: Json) => [match.userId, match.distanceKm]),
      [[near!.id, 0]],
    );
    const hidden = { profileVisibility: 'PRIVATE', showEmail: false, showCity: true };
    await near!.call('PUT', `/users/${near!.id}/privacy-settings`, hidden);
    await far!.call('PUT', `/users/${far!.id}/privacy-settings`, {
      ...hidden,
      profileVisibility: 'PUBLIC',
      showCity: false,
    });
    const left = await matches();
    assert.deepEqual(
      left.map((match: Json) => [match.userId, match.distanceKm]),
      [[far!.id, null]],
    );
    assert.deepEqual(await matches('?maxDistanceKm=20000'), []);
  });

  it('trends say what is wanted and who offers it', async () => {
    const one = await world.person();
    const [first] = (await one.call('GET', '/skills/trends')).body;
    assert.deepEqual([first.wanted, first.offered], [1, 2]);
  });
});
