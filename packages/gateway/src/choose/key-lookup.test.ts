import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { memorySource } from '../control/memory-source.ts';
import type { KeyQuestion, LookedUpKey, Route } from '../control/route-table.ts';
import { startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { subjectOn } from '../testing/tokens.ts';
import { KeyLookup } from './key-lookup.ts';

const QUESTION = {
  service: 'users',
  table: 'public.articles',
  column: 'author_id',
  matches: 'slug',
  value: 'a',
};
const ROUTE: Partial<Route> & Pick<Route, 'method' | 'path'> = {
  method: '*',
  path: '/articles/:slug',
  key: { from: 'lookup', table: 'public.articles', column: 'author_id', matches: 'slug', param: 'slug' },
};

async function world(t: TestContext, lookup: (question: KeyQuestion) => Promise<LookedUpKey>, share = 5_000) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf({ monolith: monolith.url, service: service.url }, share, [ROUTE]);
  const asked: KeyQuestion[] = [];
  const source = memorySource(table, {
    lookup: (question) => {
      asked.push(question);
      return lookup(question);
    },
  });
  const { gateway } = await startTestGateway(t, table, { source });
  const call = async (method: string, slug: string) => {
    const response = await fetch(`${gateway.url}/articles/${slug}`, { method });
    const { from, code } = (await response.json()) as { from?: string; code?: string };
    return { from, code, stale: response.headers.get('x-banyan-stale') };
  };
  return { gateway, source, table, asked, call };
}

describe('a route whose key is looked up', () => {
  const owners = new Map([
    ['theirs', subjectOn('service', 5_000)],
    ['old', subjectOn('monolith', 5_000)],
  ]);
  const lookup = async ({ value }: KeyQuestion): Promise<LookedUpKey> =>
    owners.has(value) ? { state: 'found', key: owners.get(value)! } : { state: 'none' };

  test("sends reads and writes to the side of the row's owner, and asks once for all reads", async (t) => {
    const { call, asked } = await world(t, lookup);
    for (const method of ['GET', 'PUT', 'GET']) {
      assert.equal((await call(method, 'theirs')).from, 'service');
      assert.equal((await call(method, 'old')).from, 'monolith');
    }
    const once = ['theirs', 'old'].map((slug) => ['users', slug]);
    assert.deepEqual(
      asked.map(({ service, value }) => [service, value]),
      [...once, ...once],
      'a write asks anew',
    );
  });

  test('sends a write to the side of an owner that the row has got since, and then reads too', async (t) => {
    owners.set('given', subjectOn('monolith', 5_000));
    t.after(() => owners.delete('given'));
    const { call } = await world(t, lookup);
    assert.equal((await call('GET', 'given')).from, 'monolith');
    owners.set('given', subjectOn('service', 5_000));
    assert.equal((await call('PUT', 'given')).from, 'service');
    assert.equal((await call('GET', 'given')).from, 'service');
  });

  test('asks for a write once a minute while all keys are on one side', async (t) => {
    const { call, asked } = await world(t, lookup, 10_000);
    for (const method of ['GET', 'PUT', 'PUT']) await call(method, 'theirs');
    assert.equal(asked.length, 1);
  });

  test('finds a row that was made a moment ago, though there was none before', async (t) => {
    const { call } = await world(t, lookup);
    assert.equal((await call('PUT', 'fresh')).from, 'monolith'); // nobody's: below 100 % the monolith says 404
    owners.set('fresh', subjectOn('service', 5_000));
    t.after(() => owners.delete('fresh'));
    assert.equal((await call('PUT', 'fresh')).from, 'service');
  });

  test('refuses a write whose owner cannot be told while the sides are split, and marks a read', async (t) => {
    const { call } = await world(t, () => Promise.reject(new Error('the applier is away')));
    assert.equal((await call('PUT', 'theirs')).code, 'keys-unavailable');
    const read = await call('GET', 'theirs');
    assert.deepEqual([read.from, read.stale], ['monolith', 'maybe']);
  });

  test('lets writes pass without an answer while all keys are on one side', async (t) => {
    for (const share of [0, 10_000]) {
      const { call } = await world(t, async () => ({ state: 'unclear' }), share);
      assert.equal((await call('PUT', 'theirs')).from, share === 0 ? 'monolith' : 'service');
    }
  });

  test('holds a write at a fence that moves its owner, and no other; marks reads of that owner until it knows how it ended', async (t) => {
    const { call, source, table, gateway } = await world(t, lookup, 0);
    source.openFence({ id: 'f', service: 'users', fromShare: 0, toShare: 5_000, limitMs: 60_000 });
    await until(() => source.acks('f') === 1);
    assert.equal((await call('PUT', 'old')).from, 'monolith');
    const held = call('PUT', 'theirs');
    await until(async () => (await gateway.metrics()).includes('banyan_gateway_held 1'));
    const reads = await Promise.all(['theirs', 'old'].map((slug) => call('GET', slug)));
    assert.deepEqual(
      reads.map(({ from, stale }) => [from, stale]),
      [
        ['monolith', 'maybe'],
        ['monolith', null],
      ],
    );
    const next = { ...table, version: 2, services: { users: { ...table.services.users!, share: 5_000 } } };
    source.commitFence('f', next);
    assert.equal((await held).from, 'service');
    assert.equal((await call('GET', 'theirs')).stale, null);
  });
});

describe('answers to lookups', () => {
  const found = async (): Promise<LookedUpKey> => ({ state: 'found', key: '7' });

  test('are taken for a minute, and then asked for again', async () => {
    let now = 0;
    const lookups = new KeyLookup({ lookup: found }, () => now);
    assert.deepEqual(await lookups.ask(QUESTION), { state: 'found', key: '7' });
    assert.deepEqual(lookups.peek(QUESTION), { state: 'found', key: '7' });
    now = 60_000;
    assert.equal(lookups.peek(QUESTION), undefined);
  });

  test('are shared by those who ask at the same time, and bounded in number', async () => {
    let asked = 0;
    const lookup = () => {
      asked++;
      return new Promise<LookedUpKey>(() => {});
    };
    const lookups = new KeyLookup({ lookup }, () => 0);
    for (let i = 0; i < 300; i++) {
      void lookups.ask({ ...QUESTION, value: String(i) });
      void lookups.ask({ ...QUESTION, value: String(i) });
    }
    assert.equal(asked, 256);
    assert.deepEqual(await lookups.ask({ ...QUESTION, value: 'one more' }), { state: 'unclear' });
  });

  test('that fail are not asked for at once again', async () => {
    let now = 0;
    let asked = 0;
    const lookup = () => {
      asked++;
      return Promise.reject(new Error('away'));
    };
    const lookups = new KeyLookup({ lookup }, () => now);
    for (let i = 0; i < 3; i++) assert.deepEqual(await lookups.ask(QUESTION), { state: 'unclear' });
    assert.equal(asked, 1);
    now = 1_000;
    await lookups.ask(QUESTION);
    assert.equal(asked, 2);
  });

  test('are not asked for with a value that no row can have', () => {
    const lookups = new KeyLookup({ lookup: found }, () => 0);
    assert.deepEqual(lookups.peek({ ...QUESTION, value: 'x'.repeat(1_025) }), { state: 'unclear' });
  });
});
