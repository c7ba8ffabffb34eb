import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refused } from './index.ts';
import { openSagaOperator } from './operator.ts';
import { behaviour, callsOf, restart, sagas, until, url, withShop } from './testing/shop.ts';

describe('a saga that is cancelled', () => {
  withShop();

  const why = { who: 'ann', note: 'the customer has gone' };

  test('in a wait is compensated, with who and why on record, whatever it waits for and after a restart too', async () => {
    await sagas.start('approval', {}, { id: 'cancel-1' });
    while (!(await sagas.show('cancel-1')).waitsFor) await new Promise((resolve) => setTimeout(resolve, 10));
    await restart(async () => {
      const operator = await openSagaOperator(url);
      await operator.cancel('cancel-1', why);
      await operator.cancel('cancel-1', why);
      await operator.close();
    });
    const { failure } = await until('cancel-1', ({ state }) => state === 'FAILED');
    assert.deepEqual(failure, { step: 'answer', message: 'cancelled by ann: the customer has gone' });
    assert.deepEqual(callsOf('cancel-1'), ['ask#1', 'ask:undo#1']);
    assert.deepEqual(
      (await sagas.show('cancel-1')).mends.map(({ action, who, note }) => [action, who, note]),
      [['cancel', 'ann', 'the customer has gone']],
    );
    await assert.rejects(sagas.cancel('cancel-1', why), { code: 'SAGA_OVER' });
  });

  test('in the pause before another attempt makes none, and compensates what may have happened', async () => {
    behaviour.set('cancel-2:pay', () => {
      throw new Error('no line');
    });
    await sagas.start('patient', {}, { id: 'cancel-2' });
    await until('cancel-2', () => callsOf('cancel-2').length === 1);
    await sagas.cancel('cancel-2', why);
    const { failure } = await until('cancel-2', ({ state }) => state === 'FAILED');
    assert.equal(failure?.message, 'cancelled by ann: the customer has gone');
    assert.deepEqual(callsOf('cancel-2'), ['pay#1', 'book:undo#1']);
  });

  test('while it is compensated is told so', async () => {
    behaviour.set('cancel-3:pay', () => {
      throw new Refused('no money');
    });
    behaviour.set('cancel-3:book:undo', () => {
      throw new Error('hotel is away');
    });
    await sagas.start('patient', {}, { id: 'cancel-3' });
    await until('cancel-3', ({ compensating }) => compensating !== null);
    await assert.rejects(sagas.cancel('cancel-3', why), { code: 'SAGA_COMPENSATES' });
    behaviour.delete('cancel-3:book:undo');
    await sagas.retry('cancel-3', why);
    await until('cancel-3', ({ state }) => state === 'FAILED');
  });
});
