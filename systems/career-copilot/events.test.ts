import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Envelope, openPostgresBus } from '@banyan/events/machinery';
import { testServer } from '@banyan/postgres/testing';
import type { RunningService } from '@banyan/service';
import { contracts as authContracts } from './contracts/auth.ts';
import { contracts as usersContracts } from './contracts/users.ts';
import { type Json, request } from './kit/testing/request.ts';
import { type Services, startServices } from './kit/testing/services.ts';
import { until } from './kit/testing/until.ts';
import { auth } from './services/auth/main.ts';
import { system } from './system.ts';

/** The services and their bus. What replication would bring beside it is written by hand. */

/** Where no gateway is. */
const NOWHERE = 'http://127.0.0.1:1';

let services: Services;
let stop = async () => {};
const heard: Envelope[] = [];
let admin: Person;

type Person = { id: number; email: string; token: string };

before(async () => {
  const server = await testServer();
  const BUS_URL = await server.database('bus');
  const bus = await openPostgresBus({ url: BUS_URL });
  stop = async () => await bus.close();
  await bus.subscribe({
    group: 'listener',
    types: Object.keys({ ...authContracts.events, ...usersContracts.events }),
    handle: async (message) => void heard.push(message),
  });
  // Nobody is asked by way of a gateway: what is heard is all that they know of one another.
  const started = await startServices(server, { gatewayUrl: NOWHERE, env: { BUS_URL } });
  services = started.services;
  stop = async () => {
    await started.stop();
    await bus.close();
  };
  admin = await register();
  await services.auth.pool.query(`UPDATE accounts SET role = 'admin' WHERE id = $1`, [admin.id]);
  await until(() => profileOf(admin.id));
});

after(async () => await stop());

const call = (at: RunningService, method: string, path: string, token?: string, body?: unknown) =>
  request(at.url, method, path, { token, body });

let people = 0;

async function register(): Promise<Person> {
  const email = `person-${++people}@example.com`;
  const body = { email, password: 'a good password', full_name: 'Ada  King' };
  const registered = await call(services.auth, 'POST', '/auth/register', undefined, body);
  assert.equal(registered.status, 201);
  return { id: registered.body.user.id, email, token: registered.body.access_token };
}

const suspend = (id: number) => call(services.auth, 'POST', `/users/${id}/suspend`, admin.token);

/** What is in the database, without a visit that might change it. */
async function profileOf(id: number): Promise<Json> {
  const { rows } = await services.users.pool.query(
    'SELECT * FROM profiles LEFT JOIN account_activity USING (user_id) WHERE user_id = $1',
    [id],
  );
  return rows[0];
}

const told = (type: string, id: number) =>
  until(() => heard.find((message) => message.type === type && message.subject === String(id)));

describe('what happens to an account', () => {
  it('makes a profile before the first visit', async () => {
    const { id, email } = await register();
    const profile = await until(() => profileOf(id));
    assert.deepEqual(
      [profile.email, profile.first_name, profile.last_name, profile.is_active],
      [email, 'Ada', ' King', true],
    );
  });

  it('a suspension and its end reach the users service', async () => {
    const { id, token } = await register();
    await until(() => profileOf(id));
    await suspend(id);
    await until(async () => (await profileOf(id)).active === false);
    assert.deepEqual(await call(services.users, 'GET', '/users/me', token), {
      status: 403,
      body: { detail: 'Inactive user' },
    });
    assert.equal((await call(services.users, 'GET', `/users/${id}`, admin.token)).status, 404);
    await call(services.auth, 'POST', `/users/${id}/reinstate`, admin.token);
    await until(async () => (await profileOf(id)).active);
    assert.equal((await call(services.users, 'GET', '/users/me', token)).status, 200);
  });

  it('a suspension and its end reach the applications service, which has no row of the account', async () => {
    const { id, token } = await register();
    const visit = () => call(services.applications, 'GET', '/applications', token);
    assert.equal((await visit()).status, 200);
    await suspend(id);
    const refused = await until(async () => {
      const answer = await visit();
      return answer.status !== 200 && answer;
    });
    assert.deepEqual(refused, { status: 403, body: { detail: 'Inactive user' } });
    await call(services.auth, 'POST', `/users/${id}/reinstate`, admin.token);
    await until(async () => (await visit()).status === 200);
  });

  it('a deletion at auth alone leaves nothing of the person here either', async () => {
    const { id, token } = await register();
    await until(() => profileOf(id));
    await call(services.users, 'PUT', '/users/me', token, { headline: 'Engineer', phone: '+44 1' });
    assert.equal((await call(services.auth, 'DELETE', '/auth/me', token)).status, 204);
    const profile = await until(async () => {
      const now = await profileOf(id);
      return now.first_name === 'Deleted' && now;
    });
    assert.equal(profile.email, `deleted-${id}@deleted.invalid`);
    assert.equal(profile.active, false);
    assert.doesNotMatch(JSON.stringify(profile), /person-|Ada|King|Engineer|\+44/);
  });

  it('is told to others once, without secrets', async () => {
    const { id, token } = await register();
    const change = { current_password: 'a good password', new_password: 'a better password' };
    await call(services.auth, 'PUT', '/users/me/password', token, change);
    await call(services.auth, 'POST', `/users/${id}/verify`, admin.token);
    await call(services.auth, 'POST', `/users/${id}/verify`, admin.token);
    await suspend(id);
    await suspend(id);
    await told('UserSuspended', id);
    const about = heard.filter(({ subject }) => subject === String(id));
    assert.deepEqual(
      about.map(({ type }) => type),
      ['UserRegistered', 'UserLoggedIn', 'PasswordChanged', 'UserVerified', 'UserSuspended'],
    );
    assert.doesNotMatch(JSON.stringify(about), /good password|better password|\$2b\$|token/);
  });

  it('each login is told with its renewals and its end, whoever ends it, once', async () => {
    const { id, email } = await register();
    const post = async (path: string, body: object) =>
      (await call(services.auth, 'POST', `/auth/${path}`, undefined, body)).body;
    const login = async () => await post('login', { email, password: 'a good password' });
    const loggedOut = await login();
    const { refresh_token: renewed } = await post('refresh', { refresh_token: loggedOut.refresh_token });
    for (const refresh_token of [renewed, renewed, loggedOut.refresh_token])
      await post('logout', { refresh_token });
    const kept = await login();
    await call(services.auth, 'DELETE', '/auth/sessions', kept.access_token);
    await call(services.auth, 'DELETE', '/auth/sessions', kept.access_token);
    await suspend(id);
    await told('UserSuspended', id);
    const about = heard.filter(({ subject }) => subject === String(id)).slice(1, -1);
    assert.deepEqual(
      about.map(({ type, data }) => [type, data.reason]),
      [
        ['UserLoggedIn', undefined],
        ['UserLoggedIn', undefined],
        ['TokenRefreshed', undefined],
        ['SessionEnded', 'logged_out'],
        ['UserLoggedIn', undefined],
        ['SessionEnded', 'ended_by_owner'],
      ],
    );
    const [first, second, , , third] = about.map(({ data }) => data.sessionId);
    assert.deepEqual(
      about.map(({ data }) => data.sessionId),
      [first, second, second, second, third, first],
    );
    assert.equal(new Set([first, second, third]).size, 3);
  });
});

describe('a row that replication brings too', () => {
  it('stays as it is when the registration is told later', async () => {
    const { rows } = await services.auth.pool.query('SELECT max(id) + 1 AS next FROM accounts');
    await services.users.pool.query(
      `INSERT INTO profiles (user_id, email, first_name, headline) VALUES ($1, 'copied@example.com', 'Copied', 'Poet')`,
      [rows[0].next],
    );
    const { id } = await register();
    assert.equal(id, rows[0].next);
    await suspend(id);
    const profile = await until(async () => {
      const now = await profileOf(id);
      return now.active === false && now;
    });
    assert.deepEqual(
      [profile.email, profile.first_name, profile.last_name, profile.headline],
      ['copied@example.com', 'Copied', null, 'Poet'],
    );
  });

  it('says nothing against what auth told last, however old it is when it comes', async () => {
    const { id, token } = await register();
    await until(() => profileOf(id));
    const bring = (active: boolean) =>
      services.users.pool.query('UPDATE profiles SET is_active = $2 WHERE user_id = $1', [id, active]);
    await suspend(id);
    await until(async () => (await profileOf(id)).active === false);
    await bring(true);
    assert.equal((await call(services.users, 'GET', '/users/me', token)).status, 403);
    await call(services.auth, 'POST', `/users/${id}/reinstate`, admin.token);
    await until(async () => (await profileOf(id)).active === true);
    await bring(false);
    assert.equal((await call(services.users, 'GET', '/users/me', token)).status, 200);
  });
});

describe('what happens to a profile', () => {
  it('is told with the names of what changed, and nothing is told when nothing changes', async () => {
    const { id, token } = await register();
    await until(() => profileOf(id));
    await call(services.users, 'PUT', '/users/me', token, { full_name: 'Ada Lovelace', headline: 'Poet' });
    await call(services.users, 'PUT', '/users/me', token, {});
    await call(services.users, 'PUT', '/users/me/privacy-settings', token, { show_location: false });
    const last = await until(() =>
      heard.find(({ subject, data }) => subject === String(id) && String(data.changed) === 'privacySettings'),
    );
    assert.deepEqual(last.data, { userId: id, changed: ['privacySettings'], updatedBy: id });
    const changes = heard.filter(({ type, subject }) => type === 'ProfileChanged' && subject === String(id));
    assert.deepEqual(
      changes.map(({ data }) => data.changed),
      [['firstName', 'lastName', 'headline'], ['privacySettings']],
    );
  });
});

describe('a bus that is away', () => {
  it('keeps nobody from registering, and what happened is told when it is there', async () => {
    const server = await testServer();
    const DATABASE_URL = await server.database('lonely');
    const BUS_URL = await server.database('later');
    const away = new URL(BUS_URL);
    away.port = '1';
    const told = system.environment({ process: 'auth', secret: '', gatewayUrl: NOWHERE, urls: {} });
    const env = { ...told, DATABASE_URL, LOG_LEVEL: 'silent', BCRYPT_COST: '4' };
    const alone = await auth.start({ ...env, BUS_URL: away.href });
    const body = { email: 'early@example.com', password: 'a good password', full_name: 'Ada' };
    assert.equal((await call(alone, 'POST', '/auth/register', undefined, body)).status, 201);
    assert.equal((await fetch(`${alone.url}/health/ready`)).status, 200);
    await alone.close();

    const bus = await openPostgresBus({ url: BUS_URL });
    const early = Promise.withResolvers<Envelope>();
    const handle = async (message: Envelope) => early.resolve(message);
    await bus.subscribe({ group: 'listener', types: ['UserRegistered'], handle });
    const again = await auth.start({ ...env, BUS_URL });
    assert.equal((await early.promise).data.email, 'early@example.com');
    await again.close();
    await bus.close();
  });
});
