import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPool } from '@banyan/postgres';
import type { RunningService } from '@banyan/service';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
import { request } from '../../kit/testing/request.ts';
import { variablesOf } from '../../kit/testing/variables.ts';
import { users } from './main.ts';

const ADMIN = 1;
let service: RunningService;
/** Also stands for the auth service: what is asked of the rest of the system. */
let gateway: GatewayDouble;
let asked: string[] = [];
let answer: (path: string) => { status: number; body?: unknown } = () => ({ status: 204 });

before(async () => {
  gateway = await startGatewayDouble((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  service = await users.start(await variablesOf('users', { API_URL: gateway.url, AUTH_URL: gateway.url }));
  await person(ADMIN, 'admin');
});

after(async () => {
  gateway?.close();
  await service?.close();
});

let people = ADMIN;

async function person(id = ++people, role = 'user'): Promise<number> {
  await service.pool.query(
    `INSERT INTO profiles (user_id, email, role, first_name, last_name, headline, location, skills, phone)
     VALUES ($1, $2, $3, 'Ada', 'King', 'Engineer', 'London', '{math}', '+44 1')`,
    [id, `ada-${id}@example.com`, role],
  );
  return id;
}

const call = (as: number, method: string, path: string, sent: { body?: unknown; ifMatch?: string } = {}) =>
  request(service.url, method, path, { ...sent, token: gateway.token(as, as === ADMIN ? 'admin' : 'user') });

describe('a guarded change', () => {
  it('is made if nothing happened since the profile was read', async () => {
    const id = await person();
    const { etag } = await call(id, 'GET', '/users/me');
    const changed = await call(id, 'PUT', '/users/me', { body: { headline: 'new' }, ifMatch: etag });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.etag, etag);
    assert.equal((await call(id, 'GET', '/users/me')).etag, changed.etag);
  });

  it('is refused with 412 and without effect if somebody was quicker', async () => {
    const id = await person();
    const { etag } = await call(id, 'GET', '/users/me');
    await call(id, 'PUT', '/users/me', { body: { headline: 'first' } });
    const late = await call(id, 'PUT', '/users/me', { body: { headline: 'late' }, ifMatch: etag });
    assert.equal(late.status, 412);
    assert.equal(late.body.code, 'PROFILE_CHANGED');
    assert.equal((await call(id, 'GET', '/users/me')).body.headline, 'first');
  });

  it('notices what the legacy system changed, which knows no version', async () => {
    const id = await person();
    const { etag } = await call(id, 'GET', '/users/me');
    await service.pool.query(
      `UPDATE profiles SET headline = 'legacy', updated_at = now() WHERE user_id = $1`,
      [id],
    );
    assert.equal(
      (await call(id, 'PUT', '/users/me', { body: { headline: 'x' }, ifMatch: etag })).status,
      412,
    );
  });

  it('is only made once by two that race', async () => {
    const id = await person();
    const { etag } = await call(id, 'GET', '/users/me');
    const race = await Promise.all(
      ['a', 'b', 'c'].map((headline) => call(id, 'PUT', '/users/me', { body: { headline }, ifMatch: etag })),
    );
    assert.deepEqual(race.map(({ status }) => status).sort(), [200, 412, 412]);
  });
});

describe('privacy settings', () => {
  it('are open at first and change piece by piece', async () => {
    const id = await person();
    const open = {
      profile_visibility: 'members',
      show_headline: true,
      show_location: true,
      show_skills: true,
    };
    assert.deepEqual((await call(id, 'GET', '/users/me/privacy-settings')).body, open);
    await call(id, 'PUT', '/users/me/privacy-settings', { body: { show_location: false } });
    await call(id, 'PUT', '/users/me/privacy-settings', { body: { show_skills: false } });
    const now = { ...open, show_location: false, show_skills: false };
    assert.deepEqual((await call(id, 'GET', '/users/me/privacy-settings')).body, now);
  });

  it('decide what others see, and not what oneself or an administrator sees', async () => {
    const id = await person();
    const stranger = await person();
    await call(id, 'PUT', '/users/me/privacy-settings', { body: { show_location: false } });
    assert.equal((await call(stranger, 'GET', `/users/${id}`)).body.location, null);
    assert.equal((await call(id, 'GET', `/users/${id}`)).body.location, 'London');
    assert.equal((await call(ADMIN, 'GET', `/users/${id}`)).body.location, 'London');
    await call(id, 'PUT', '/users/me/privacy-settings', { body: { profile_visibility: 'private' } });
    const hidden = await call(stranger, 'GET', `/users/${id}`);
    assert.deepEqual([hidden.status, hidden.body], [404, { detail: 'User not found' }]);
  });

  it('are nobody else’s business', async () => {
    const id = await person();
    const stranger = await person();
    assert.equal((await call(stranger, 'GET', `/users/${id}/privacy-settings`)).status, 403);
    assert.equal((await call(ADMIN, 'GET', `/users/${id}/privacy-settings`)).status, 200);
  });

  it('take no words they do not know', async () => {
    const id = await person();
    const body = { profile_visibility: 'everybody' };
    assert.equal((await call(id, 'PUT', '/users/me/privacy-settings', { body })).status, 400);
  });
});

describe('preferences and picture', () => {
  it('are the same preferences that the profile shows', async () => {
    const id = await person();
    const preferences = { language: 'de', alerts: { frequency: 'daily' } };
    await call(id, 'PUT', '/users/me/preferences', { body: preferences });
    assert.deepEqual((await call(id, 'GET', '/users/me/preferences')).body, preferences);
    assert.deepEqual((await call(id, 'GET', '/users/me')).body.preferences, preferences);
  });

  it('take a picture by https and nothing else', async () => {
    const id = await person();
    const put = (url: string | null) =>
      call(id, 'PUT', '/users/me/picture', { body: { profile_picture_url: url } });
    assert.equal((await put('https://img.example.com/7.png')).status, 200);
    assert.equal((await put('javascript:alert(1)')).status, 400);
    assert.equal((await put(null)).body.profile_picture_url, null);
  });
});

describe('an export', () => {
  const at = '2031-02-03T04:05:06.789Z';
  const account = (id: number) => ({
    id,
    email: 'ada@example.com',
    is_active: true,
    role: 'user',
    created_at: at,
  });
  const application = (id: number) => ({
    ...{ id, job_id: 1, job_title: 'Poet', company_name: 'Babbage', status: 'saved' },
    ...{ cover_letter: null, applied_at: null, created_at: at, updated_at: at },
  });
  const notification = (id: number) => ({
    ...{ id, kind: 'news', title: 'News', body: 'None', is_read: false, created_at: at },
  });

  it('has every part, all pages of it', async () => {
    const id = await person();
    answer = (path) => {
      if (path.includes('/auth/me')) return { status: 200, body: account(id) };
      const page = Number(new URL(path, 'http://x').searchParams.get('page'));
      const rows = path.includes('/applications')
        ? { applications: [application(page)] }
        : { notifications: [notification(page)] };
      return { status: 200, body: { ...rows, total_count: 2, page, limit: 1, total_pages: 2 } };
    };
    const { status, body } = await call(id, 'GET', '/users/me/export');
    assert.equal(status, 200);
    assert.equal(body.profile.email, `ada-${id}@example.com`);
    assert.deepEqual(body.account, account(id));
    assert.deepEqual(body.applications, [application(1), application(2)]);
    assert.deepEqual(body.notifications, [notification(1), notification(2)]);
  });

  it('is not given in part', async () => {
    const id = await person();
    answer = (path) => (path.includes('/auth/me') ? { status: 200, body: account(id) } : { status: 503 });
    assert.equal((await call(id, 'GET', '/users/me/export')).status, 503);
  });
});

describe('a deletion', () => {
  it('asks for the account first and then leaves nothing of the person', async () => {
    const id = await person();
    asked = [];
    answer = () => ({ status: 204 });
    assert.equal((await call(id, 'DELETE', '/users/me')).status, 204);
    assert.deepEqual(asked, ['DELETE /api/v1/auth/me']);
    const { rows } = await service.pool.query('SELECT * FROM profiles WHERE user_id = $1', [id]);
    assert.equal(rows[0].first_name, 'Deleted');
    // The email is the auth service's to change; its change arrives by replication.
    assert.doesNotMatch(JSON.stringify({ ...rows[0], email: '' }), /Ada|King|London|Engineer|math|\+44/);
  });

  it('changes nothing if the account could not be deleted, and may be asked for again', async () => {
    const id = await person();
    answer = () => ({ status: 404 });
    assert.equal((await call(id, 'DELETE', '/users/me')).status, 503);
    assert.equal((await call(id, 'GET', '/users/me')).body.full_name, 'Ada King');
    // The account is deleted, its inactivity has arrived here, and the profile is still to do.
    await service.pool.query('UPDATE profiles SET is_active = false WHERE user_id = $1', [id]);
    answer = () => ({ status: 204 });
    assert.equal((await call(id, 'DELETE', '/users/me')).status, 204);
  });
});

describe('somebody who has just registered', () => {
  const registration = (id: number, more: object = {}) => ({
    id,
    email: `new-${id}@example.com`,
    full_name: 'Ada  Augusta King',
    is_active: true,
    role: 'user',
    created_at: '2031-02-03T04:05:06.789Z',
    ...more,
  });
  const refused = [401, { detail: 'Could not validate credentials' }];

  it('gets a profile at the first visit, one for all that come at once, and auth is not asked again', async () => {
    const id = ++people;
    answer = () => ({ status: 200, body: registration(id) });
    const visits = await Promise.all([1, 2, 3].map(() => call(id, 'GET', '/users/me')));
    for (const { status, body } of visits) {
      assert.equal(status, 200);
      assert.equal(body.full_name, 'Ada  Augusta King');
      assert.equal(body.email, `new-${id}@example.com`);
      assert.equal(body.created_at, '2031-02-03T04:05:06.789Z');
    }
    const { rows } = await service.pool.query('SELECT * FROM profiles WHERE user_id = $1', [id]);
    assert.deepEqual([rows[0].first_name, rows[0].last_name], ['Ada', ' Augusta King']);
    asked = [];
    assert.equal((await call(id, 'GET', '/users/me/privacy-settings')).status, 200);
    assert.deepEqual(asked, []);
  });

  it('is told to be inactive, as by the legacy system', async () => {
    const id = ++people;
    answer = () => ({ status: 200, body: registration(id, { is_active: false }) });
    const { status, body } = await call(id, 'GET', '/users/me');
    assert.deepEqual([status, body], [403, { detail: 'Inactive user' }]);
  });

  it('gets none if auth does not know the account or does not answer well', async () => {
    const id = ++people;
    for (const bad of [{ status: 401 }, { status: 404 }, { status: 500 }, { status: 200 }]) {
      answer = () => bad;
      const { status, body } = await call(id, 'GET', '/users/me');
      assert.deepEqual([status, body], refused);
    }
    assert.equal((await service.pool.query('SELECT FROM profiles WHERE user_id = $1', [id])).rowCount, 0);
  });

  it('is waited for a little if auth does not know the account yet, and auth is asked once', async () => {
    const id = ++people;
    asked = [];
    answer = () => {
      // Made elsewhere: the profile comes by replication a moment later.
      setImmediate(() => void person(id));
      return { status: 401 };
    };
    const { status, body } = await call(id, 'GET', '/users/me');
    assert.deepEqual([status, body.email], [200, `ada-${id}@example.com`]);
    assert.deepEqual(asked, ['GET /api/v1/auth/me/registration']);
  });

  it('keeps the profile that was there first, whatever auth says', async () => {
    const id = ++people;
    answer = () => ({ status: 200, body: registration(id) });
    await person(id);
    assert.equal((await call(id, 'GET', '/users/me')).body.full_name, 'Ada King');
  });
});

describe('a database of before', () => {
  it('keeps what auth told last of accounts', async () => {
    const env = await variablesOf('users_of_before');
    const pool = createPool(env.DATABASE_URL!);
    await pool.query(`
      CREATE TABLE profiles (user_id integer PRIMARY KEY, account_active boolean);
      INSERT INTO profiles VALUES (1, false), (2, true), (3, NULL)`);
    const before = await users.start(env);
    await before.close();
    const { rows } = await pool.query('SELECT * FROM account_activity ORDER BY user_id');
    const columns = await pool.query('SELECT * FROM profiles LIMIT 1');
    await pool.end();
    assert.deepEqual(rows, [
      { user_id: 1, active: false },
      { user_id: 2, active: true },
    ]);
    assert.deepEqual(Object.keys(columns.rows[0]), ['user_id']);
  });
});
