import assert from 'node:assert/strict';
import { it } from 'node:test';
import { legacyAnswer } from '../../contracts.ts';
import { createPasswordQueue } from './password-queue.ts';

it('runs so many passwords at a time, lets 100 wait in order and sends the next away with 503 and when to return', async () => {
  const inTurn = createPasswordQueue(2);
  const gate = Promise.withResolvers<void>();
  const begun: number[] = [];
  const work = (number: number) => async () => {
    begun.push(number);
    await gate.promise;
    return number;
  };
  const everybody = Array.from({ length: 102 }, (_, number) => number);
  const taken = everybody.map((number) => inTurn(work(number)));
  const shed = await inTurn(work(102)).catch(legacyAnswer);
  assert.deepEqual(shed, {
    status: 503,
    headers: { 'retry-after': '1' },
    body: { detail: 'Service Unavailable' },
  });
  assert.deepEqual(begun, [0, 1]);
  gate.resolve();
  assert.deepEqual(await Promise.all(taken), everybody);
  assert.deepEqual(begun, everybody);
  assert.equal(await inTurn(work(103)), 103);
});
