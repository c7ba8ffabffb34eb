import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { Type } from 'typebox';
import { type AnySaga, defineSaga, once, Refused, type SagaStatus, type Sagas, undo } from './index.ts';
import { createSagas } from './sagas.ts';

const log = { debug() {}, warn() {}, error() {} };
const done: string[] = [];

/** A saga that does `before`, waits for a signal, and does `after`. */
function trip(version: number, ...steps: { before: string[]; after: string[] }[]) {
  const [{ before: first, after: second }] = steps as [{ before: string[]; after: string[] }];
  const action = (name: string) => ({ action: async () => void done.push(name) });
  return defineSaga('trip', {
    version,
    input: Type.Object({}),
    signals: { go: Type.Object({}) },
    steps: (saga) => {
      for (const name of first) saga.step(name, action(name));
      saga.wait('wait', { until: (ctx) => ctx.signal('go') });
      for (const name of second) saga.step(name, action(name));
      return saga;
    },
  });
}

describe('what a new start of a service finds', () => {
  let url: string;
  let pool: pg.Pool;
  before(async () => {
    url = await (await testServer()).database('recovery');
    pool = createPool(url);
  });
  after(() => pool.end());

  const start = (...sagas: AnySaga[]) =>
    createSagas({ service: 'travel', databaseUrl: url, pool, sagas, log, pollMs: 20, leaseMs: 1_000 });

  async function until(
    sagas: Sagas,
    id: string,
    holds: (status: SagaStatus) => boolean,
  ): Promise<SagaStatus> {
    for (;;) {
      const status = await sagas.status(id);
      if (holds(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Starts a saga, and stops the service when it waits. */
  async function begun(saga: AnySaga, id: string): Promise<void> {
    const sagas = await start(saga);
    await sagas.start('trip', {}, { id });
    while (!(await sagas.show(id)).waitsFor) await new Promise((resolve) => setTimeout(resolve, 10));
    await sagas.close();
  }

  test('a running saga goes on with steps that were appended meanwhile', async () => {
    await begun(trip(1, { before: ['pack'], after: ['fly'] }), 'appended');
    const sagas = await start(trip(1, { before: ['pack'], after: ['fly', 'unpack'] }));
    await sagas.signal('appended', 'go', {});
    await until(sagas, 'appended', ({ state }) => state === 'COMPLETED');
    await sagas.close();
    assert.deepEqual(done.splice(0), ['pack', 'fly', 'unpack']);
  });

  test('one whose steps are no longer those that it began with is STUCK, untouched, until they are back', async () => {
    await begun(trip(1, { before: ['pack'], after: ['fly'] }), 'changed');
    let sagas = await start(trip(1, { before: ['book', 'pack'], after: ['fly'] }));
    const { failure } = await until(sagas, 'changed', ({ state }) => state === 'STUCK');
    assert.match(failure!.message, /another record where 'book' would be/);
    assert.match((await sagas.show('changed')).error!, /no longer those/);
    await sagas.close();
    assert.deepEqual(done.splice(0), ['pack']);
    sagas = await start(trip(1, { before: ['pack'], after: ['fly'] }));
    await sagas.retry('changed', { who: 'ann' });
    await sagas.signal('changed', 'go', {});
    await until(sagas, 'changed', ({ state }) => state === 'COMPLETED');
    await sagas.close();
    assert.deepEqual(done.splice(0), ['fly']);
  });

  test('one that broke off can be resolved: it is FAILED, and who did it why stays on record', async () => {
    await begun(trip(1, { before: ['pack'], after: [] }), 'given-up');
    const sagas = await start(trip(1, { before: ['book'], after: [] }));
    await until(sagas, 'given-up', ({ state }) => state === 'STUCK');
    await sagas.resolve('given-up', { who: 'ann', note: 'went by train' });
    const { state, mends } = await sagas.show('given-up');
    assert.deepEqual([state, mends[0]?.note, mends[0]?.step], ['FAILED', 'went by train', null]);
    await sagas.close();
    done.length = 0;
  });

  test('one of a version that nobody runs is orphaned, and goes on when somebody does, beside newer ones', async () => {
    const old = trip(1, { before: ['pack'], after: ['fly'] });
    const young = trip(2, { before: ['book'], after: ['fly'] });
    await begun(old, 'old');
    let sagas = await start(young);
    const { state, orphaned } = await sagas.status('old');
    assert.deepEqual([state, orphaned], ['RUNNING', true]);
    await sagas.close();
    sagas = await start(old, young);
    await sagas.start('trip', {}, { id: 'young' });
    for (const id of ['old', 'young']) {
      await sagas.signal(id, 'go', {});
      await until(sagas, id, (status) => status.state === 'COMPLETED' && !status.orphaned);
    }
    assert.deepEqual([(await sagas.status('old')).version, (await sagas.status('young')).version], [1, 2]);
    await sagas.close();
    assert.deepEqual(done.splice(0), ['pack', 'book', 'fly', 'fly']);
  });

  test('an effect happens once, and after it was undone not at all', async () => {
    let effects = 0;
    const effect = (key: string) =>
      withTransaction(pool, (tx) =>
        once(tx, key, async () => {
          effects++;
          return { number: effects };
        }),
      );
    const back = (key: string) => withTransaction(pool, (tx) => undo(tx, key, async () => void effects--));
    assert.deepEqual(
      await Promise.all([effect('a'), effect('a'), effect('a')]),
      Array(3).fill({ number: 1 }),
    );
    await Promise.all([back('a'), back('a')]);
    assert.equal(effects, 0);
    await back('b');
    await assert.rejects(effect('b'), Refused);
    assert.equal(effects, 0);
  });

  test('a receiver needs no schema of its own making, however many of its first calls come at once', async () => {
    const receiver = createPool(await (await testServer()).database('receiver'));
    try {
      await assert.rejects(
        withTransaction(receiver, async (tx) => {
          await once(tx, 'rolled-back', async () => {});
          throw new Error('no after all');
        }),
        /no after all/,
      );
      let effects = 0;
      const call = () =>
        withTransaction(receiver, (tx) =>
          once(tx, 'same', async () => {
            effects++;
          }),
        );
      await Promise.all(Array.from({ length: 8 }, call));
      await withTransaction(receiver, (tx) => undo(tx, 'never', async () => void effects++));
      await withTransaction(receiver, (tx) => once(tx, 'rolled-back', async () => void effects++));
      assert.equal(effects, 2);
    } finally {
      await receiver.end();
    }
  });
});
