import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type { Flag } from '@banyan/service/settings';
import type pg from 'pg';
import { ControlClient } from '../api/client.ts';
import { type Api, serveApi } from '../api/server.ts';
import { serviceOfToken, serviceToken } from '../api/service-token.ts';
import { ControlError } from '../control/control.ts';
import { FakeControl } from '../testing/fake-control.ts';
import { changeFlag } from './change-flag.ts';
import { type FlagFeed, openFlagFeed } from './feed.ts';
import { createSettings } from './store.ts';

const TOKEN = 'the-token-of-the-operator';
const aFlag = (key: string, change = {}) => changeFlag(null, key, change);
let pool: pg.Pool;
let feed: FlagFeed;
let api: Api;
let client: ControlClient;

before(async () => {
  const url = await (await testServer()).database('control');
  pool = createPool(url, { max: 4 });
  const store = await createSettings(pool);
  feed = await openFlagFeed({ pool, settings: store, url });
  api = await serveApi(new FakeControl(), {
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    settings: { store, feed },
  });
  client = new ControlClient(api.url, TOKEN);
});

after(async () => {
  await api?.close();
  await feed?.close();
  await pool?.end();
});

async function refusal(promise: Promise<unknown>): Promise<ControlError> {
  const error = await promise.then(
    () => assert.fail('it was not refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ControlError, String(error));
  return error;
}

const get = (path: string, token: string) =>
  fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

describe('flags', () => {
  test('are kept with version and time, listed by key, and gone when deleted', async () => {
    const made = await client.setFlag(aFlag('b-flag', { description: 'second' }), null);
    await client.setFlag(aFlag('a-flag'), null);
    assert.deepEqual(await client.flag('b-flag'), made);
    const { flags, revision } = await client.flags();
    assert.deepEqual(
      flags.map(({ key }) => key),
      ['a-flag', 'b-flag'],
    );
    assert.ok(revision > made.version && Date.parse(made.updatedAt) > 0);
    await client.deleteFlag('a-flag');
    await client.deleteFlag('b-flag');
    assert.equal((await refusal(client.deleteFlag('a-flag'))).code, 'no_such_flag');
    assert.equal((await refusal(client.flag('a-flag'))).status, 404);
  });

  test('are changed only as they were seen', async () => {
    const { version } = await client.setFlag(aFlag('seen'), 0);
    assert.match((await refusal(client.setFlag(aFlag('seen'), 0))).message, /is there already/);
    const { version: newer } = await client.setFlag(aFlag('seen', { on: false }), version);
    const stale = await refusal(client.setFlag(aFlag('seen'), version));
    assert.deepEqual([stale.code, stale.status], ['flag_changed', 409]);
    assert.ok(newer > version && !(await client.flag('seen')).on);
    await client.deleteFlag('seen');
    assert.match((await refusal(client.setFlag(aFlag('seen'), newer))).message, /not there any more/);
  });

  test('of two who change the same version one wins', async () => {
    const { version } = await client.setFlag(aFlag('raced'), 0);
    const outcomes = await Promise.allSettled(
      [true, false, true].map((on) => client.setFlag(aFlag('raced', { on }), version)),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    await client.deleteFlag('raced');
  });

  test('that are wrong are refused with the hint', async () => {
    const pink = await refusal(client.setFlag({ ...aFlag('pink'), default: 'pink' }, null));
    assert.deepEqual([pink.code, pink.status, pink.hint], ['bad_flag', 400, 'name one of on, off']);
    const odd = { ...aFlag('odd'), on: 'yes', more: 1 } as unknown as Flag;
    assert.equal((await refusal(client.setFlag(odd, null))).code, 'bad_request');
    assert.equal((await refusal(client.setFlag(aFlag('Not Good'), null))).status, 400);
    assert.equal((await client.flags()).flags.length, 0);
  });

  test('reach a listener at once when they change, also those that another process changed', async () => {
    let check: (keys: string[]) => void = () => {};
    let keys: string[] = [];
    const unsubscribe = feed.subscribe(({ flags }) => {
      keys = flags.map(({ key }) => key);
      check(keys);
    });
    const until = (isSo: (keys: string[]) => boolean) =>
      new Promise<void>((resolve) => {
        check = (now) => isSo(now) && resolve();
        check(keys);
      });
    await (await createSettings(pool)).setFlag(aFlag('fed'), null);
    await until((now) => now.includes('fed'));
    await client.deleteFlag('fed');
    await until((now) => !now.includes('fed'));
    unsubscribe();
  });
});

describe('configuration', () => {
  test('is kept per service', async () => {
    await client.setConfig('users', 'LOG_LEVEL', 'debug');
    await client.setConfig('users', 'LOG_LEVEL', 'warn');
    await client.setConfig('auth', 'POOL_SIZE', '20');
    const short = async (service: string | null) =>
      (await client.config(service)).map((each) => `${each.service} ${each.key}=${each.value}`);
    assert.deepEqual(await short(null), ['auth POOL_SIZE=20', 'users LOG_LEVEL=warn']);
    assert.deepEqual(await short('users'), ['users LOG_LEVEL=warn']);
    await client.unsetConfig('users', 'LOG_LEVEL');
    assert.equal((await refusal(client.unsetConfig('users', 'LOG_LEVEL'))).code, 'no_such_setting');
    await client.unsetConfig('auth', 'POOL_SIZE');
  });

  test('takes no secret, by name or by value, and never repeats it', async () => {
    for (const [key, value] of [
      ['JWT_SECRET', 'hunter2'],
      ['DB_PASSWORD', 'hunter2'],
      ['API_KEY', 'hunter2'],
      ['DATABASE_URL', 'postgres://ann:hunter2@db/users'],
    ] as const) {
      const error = await refusal(client.setConfig('users', key, value));
      assert.equal(error.code, 'secret_setting', key);
      assert.doesNotMatch(`${error.message}${error.hint}`, /hunter2/);
      assert.match(error.hint, /environment of users/);
    }
    await client.setConfig('users', 'AUTH_URL', 'http://auth:4001');
    await client.unsetConfig('users', 'AUTH_URL');
  });

  test('takes no odd name, no empty value, and nothing that says where it comes from', async () => {
    for (const [service, key, value] of [
      ['Users', 'LOG_LEVEL', 'x'],
      ['users', 'log_level', 'x'],
      ['users', 'LOG_LEVEL', ''],
      ['users', 'LOG_LEVEL', 'x\0'],
      ['users', 'LOG_LEVEL', 'x'.repeat(5_000)],
      ['users', 'CONTROL_URL', 'http://evil'],
    ] as const) {
      assert.equal(
        (await refusal(client.setConfig(service, key, value))).code,
        'bad_setting',
        `${service} ${key}`,
      );
    }
  });
});

describe("a service's own token", () => {
  const own = serviceToken(TOKEN, 'users');

  test('opens the flags and its own configuration', async () => {
    for (const path of ['/v1/flags', '/v1/config/users'])
      assert.equal((await get(path, own)).status, 200, path);
  });

  test('opens nothing else', async () => {
    for (const path of [
      '/v1/config',
      '/v1/config/auth',
      '/v1/status',
      '/v1/plan',
      '/metrics',
      '/openapi.json',
    ]) {
      assert.equal((await get(path, own)).status, 403, path);
    }
    const stranger = new ControlClient(api.url, own);
    assert.equal((await refusal(stranger.setFlag(aFlag('mine'), null))).code, 'forbidden');
    assert.equal((await refusal(stranger.setConfig('users', 'LOG_LEVEL', 'debug'))).code, 'forbidden');
    assert.equal((await refusal(stranger.advance('auth', null))).code, 'forbidden');
  });

  test('cannot be made up', async () => {
    assert.equal(serviceOfToken(TOKEN, own), 'users');
    const forged = [
      own.replace('users', 'auth'),
      serviceToken('another', 'users'),
      `${own}x`,
      'users.',
      `users.${'A'.repeat(43)}`,
    ];
    for (const token of forged) {
      assert.equal(serviceOfToken(TOKEN, token), undefined);
      assert.equal((await get('/v1/flags', token)).status, 401);
    }
  });
});
