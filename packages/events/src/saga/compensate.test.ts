import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refused } from './index.ts';
import { behaviour, callsOf, restart, sagas, until, withShop } from './testing/shop.ts';

describe('compensations', () => {
  withShop();

  describe('a saga whose compensation fails', () => {
    async function stuck(id: string) {
      behaviour.set(`${id}:ship`, () => {
        throw new Error('no lorry');
      });
      behaviour.set(`${id}:charge:undo`, () => {
        throw new Error('bank is closed');
      });
      await sagas.start('order', { what: 'tea' }, { id });
      return await until(id, ({ state }) => state === 'STUCK');
    }

    test('is STUCK, visibly, and goes on when an operator retries it', async () => {
      const status = await stuck('stuck-1');
      assert.deepEqual(status.failure, { step: 'charge', message: 'bank is closed' });
      assert.deepEqual(
        (await sagas.list({ state: 'STUCK' })).map(({ id }) => id),
        ['stuck-1'],
      );
      await sagas.retry('stuck-1', { who: 'ann' });
      await until(
        'stuck-1',
        ({ state, updatedAt }) =>
          state === 'STUCK' &&
          updatedAt >= status.updatedAt &&
          callsOf('stuck-1').filter((each) => each.startsWith('charge:undo')).length === 2,
      );
      behaviour.delete('stuck-1:charge:undo');
      await until('stuck-1', ({ state }) => state === 'STUCK');
      await sagas.retry('stuck-1', { who: 'bob', note: 'bank is open' });
      await until('stuck-1', ({ state }) => state === 'FAILED');
      assert.deepEqual(callsOf('stuck-1').slice(-2), ['charge:undo#1', 'reserve:undo#1']);
      const { mends } = await sagas.show('stuck-1');
      assert.deepEqual(
        mends.map(({ who, action, step, note }) => [who, action, step, note]),
        [
          ['ann', 'retry', 'charge', null],
          ['bob', 'retry', 'charge', 'bank is open'],
        ],
      );
      await assert.rejects(sagas.retry('stuck-1', { who: 'ann' }), { code: 'SAGA_NOT_STUCK' });
    });

    test('goes on without it when an operator resolves it, also after a restart, and who and why stay on record', async () => {
      await stuck('stuck-2');
      await restart();
      await sagas.resolve('stuck-2', { who: 'ann', note: 'paid back by hand' });
      await until('stuck-2', ({ state }) => state === 'FAILED');
      assert.equal(callsOf('stuck-2').at(-1), 'reserve:undo#1');
      assert.deepEqual(
        (await sagas.show('stuck-2')).mends.map(({ who, note }) => [who, note]),
        [['ann', 'paid back by hand']],
      );
    });
  });

  describe('a compensation that fails for a while', () => {
    const refusal = () => {
      throw new Refused('no money');
    };
    const outage = () => {
      throw new Error('hotel is away');
    };
    async function waits(id: string) {
      behaviour.set(`${id}:pay`, refusal);
      behaviour.set(`${id}:book:undo`, outage);
      await sagas.start('patient', {}, { id });
      return await until(id, ({ compensating }) => compensating !== null);
    }

    test('is tried again until it succeeds, far more often than an action, and nobody has to help', async () => {
      behaviour.set('stubborn-1:book:undo', (attempt) => attempt < 60 && outage());
      const { ended } = await sagas.start('stubborn', {}, { id: 'stubborn-1' });
      assert.equal((await ended()).state, 'FAILED');
      const undone = (await sagas.show('stubborn-1')).steps.at(-1)!;
      assert.deepEqual([undone.outcome, undone.attempts, undone.failed.length], ['done', 60, 50]);
    });

    test('shows the cause and the next attempt while it waits, and how long it has been over a restart', async () => {
      const { state, compensating } = await waits('patient-1');
      assert.equal(state, 'COMPENSATING');
      assert.deepEqual([compensating!.step, compensating!.cause], ['book', 'hotel is away']);
      assert.ok(compensating!.nextAt > compensating!.since);
      await restart();
      await until(
        'patient-1',
        () => callsOf('patient-1').filter((each) => each === 'book:undo#1').length === 2,
      );
      const { compensating: after } = await until('patient-1', (status) => status.compensating !== null);
      assert.equal(after!.since, compensating!.since);
      behaviour.delete('patient-1:book:undo');
      await sagas.retry('patient-1', { who: 'ann' });
      await until('patient-1', ({ state }) => state === 'FAILED');
      assert.equal((await sagas.show('patient-1')).compensating, null);
    });

    test('is done again at once for all, or all of a name, and can be resolved without waiting for its end', async () => {
      await waits('patient-2');
      await waits('patient-3');
      await waits('patient-4');
      assert.deepEqual(await sagas.retryAll({ saga: 'stubborn' }, { who: 'ann' }), []);
      await sagas.resolve('patient-4', { who: 'ann', note: 'called the hotel' });
      await until('patient-4', ({ state }) => state === 'FAILED');
      for (const id of ['patient-2', 'patient-3']) behaviour.delete(`${id}:book:undo`);
      const told = await sagas.retryAll({ saga: 'patient' }, { who: 'ann', note: 'hotel is back' });
      assert.deepEqual(told.toSorted(), ['patient-2', 'patient-3']);
      for (const id of told) {
        await until(id, ({ state }) => state === 'FAILED');
        assert.deepEqual(
          (await sagas.show(id)).mends.map(({ who, note }) => [who, note]),
          [['ann', 'hotel is back']],
        );
      }
    });
  });
});
