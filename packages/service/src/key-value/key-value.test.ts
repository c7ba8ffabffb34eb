import assert from 'node:assert/strict';
import { after, before, describe, it, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createPool, type Db } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { blocksOf, moduleOf } from '../../../../scripts/documentation.ts';
import { defineService } from '../lifecycle/define.ts';
import type { Service } from '../lifecycle/definition.ts';
import { withinLimit } from './limit.ts';
import { memoryStore } from './memory.ts';
import { keyValues } from './part.ts';
import { postgresStore } from './postgres.ts';
import { redisStore } from './redis.ts';
import { keyValueSuite } from './testing/contract-suite.ts';
import { startRedisDouble } from './testing/redis-double.ts';

let url: string;
let pool: Db;

before(async () => {
  url = await (await testServer()).database('key_values');
  pool = createPool(url);
});
after(async () => await pool?.end());

const onError = (error: unknown) => assert.fail(error as Error);

keyValueSuite('memory', async () => memoryStore());
keyValueSuite('PostgreSQL', async () => await postgresStore(pool, { onError }));

describe('values in memory', () => {
  it('take bounded room: what has gone unused the longest is forgotten', async () => {
    const store = memoryStore({ bytes: 10_000 });
    for (let n = 0; n < 1_000; n++) await store.set(`key ${n}`, 'x', { ttlMs: 60_000 });
    assert.equal(await store.get('key 0'), undefined);
    assert.equal(await store.get('key 999'), 'x');
  });
});

describe('values in PostgreSQL', () => {
  it('are removed some time after theirs is over', async () => {
    const store = await postgresStore(pool, { onError, sweepMs: 10 });
    await store.set('short', 'one', { ttlMs: 1 });
    const left = async () =>
      (await pool.query(`SELECT FROM banyan_service.key_values WHERE key = 'short'`)).rowCount;
    while ((await left()) !== 0);
    await store.close();
  });
});

describe('a limit', () => {
  it('lets so many through in its window, and then none until the window is over', async () => {
    let clock = 0;
    const store = memoryStore({ now: () => clock });
    const limit = { max: 2, windowMs: 1_000 };
    const results = [];
    for (clock = 0; clock < 1_500; clock += 250) results.push(await withinLimit(store, 'somebody', limit));
    assert.deepEqual(results, [true, true, false, false, true, true]);
  });
});

test('the example does what docs/services.md says', async () => {
  const [body] = blocksOf('docs/services.md', 'ts values');
  const { greetings } = await moduleOf<{ greetings: Service }>(body!);
  const running = await greetings.start({ DATABASE_URL: url, LOG_LEVEL: 'silent' });
  const statuses = [];
  for (let n = 0; n < 11; n++) statuses.push((await fetch(`${running.url}/greeting`)).status);
  assert.deepEqual(statuses, [...Array(10).fill(200), 429]);
  await running.close();
});

describe('the part', () => {
  it('keeps values in the service’s own database, or where KEY_VALUE_URL says', async () => {
    const service = defineService({ name: 'counting', use: { cache: keyValues() }, routes: () => {} });
    const env = { DATABASE_URL: url, LOG_LEVEL: 'silent' };
    for (const more of [{}, { KEY_VALUE_URL: 'memory:' }]) {
      const running = await service.start({ ...env, ...more });
      await running.provided.cache.set('one', 'two', { ttlMs: 60_000 });
      assert.equal(await running.provided.cache.get('one'), 'two');
      await running.close();
    }
    await assert.rejects(service.start({ ...env, KEY_VALUE_URL: 'mysql://x' }), /KEY_VALUE_URL/);
  });

  it('says by 503 that its Redis hangs or is gone, is degraded meanwhile, and goes on by itself', async (t) => {
    const redis = await startRedisDouble();
    const remembering = defineService({
      name: 'remembering',
      use: { cache: keyValues() },
      routes: (app, { cache }) => {
        app.get('/remembered', async () => ({ value: (await cache.get('one')) ?? null }));
      },
    });
    const env = { DATABASE_URL: url, LOG_LEVEL: 'silent', KEY_VALUE_URL: redis.url };
    const { url: at, close } = await remembering.start(env);
    t.after(async () => {
      await close();
      await redis.stop();
    });
    const ask = async (path: string) => {
      const answer = await fetch(at + path);
      const { code, status, failed } = (await answer.json()) as Record<string, unknown>;
      return [answer.status, code ?? status, failed ?? answer.headers.get('retry-after')];
    };
    const both = async () => [await ask('/remembered'), await ask('/health/ready')];
    const well = [
      [200, undefined, null],
      [200, 'ready', null],
    ];
    const unwell = [
      [503, 'STORE_UNAVAILABLE', '1'],
      [200, 'degraded', ['cache']],
    ];
    assert.deepEqual(await both(), well);
    redis.hang();
    assert.deepEqual(await both(), unwell);
    await redis.stop();
    assert.deepEqual(await both(), unwell);
    await redis.start();
    while ((await ask('/remembered'))[0] !== 200) await setTimeout(20);
    assert.deepEqual(await both(), well);
  });

  it('does not start without the Redis that it is told of, and names the reason', async () => {
    await assert.rejects(
      redisStore('redis://127.0.0.1:1', { prefix: 'x:', onError: () => {} }),
      /Redis|ECONNREFUSED/,
    );
  });
});
