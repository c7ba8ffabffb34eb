import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createBulkhead } from './bulkhead.ts';

it('runs so much at a time, lets so many wait in order and sends the next away with 503 and when to return', async () => {
  const inTurn = createBulkhead({ atOnce: 2, waiting: 100 });
  const gate = Promise.withResolvers<void>();
  const begun: number[] = [];
  const work = (number: number) => async () => {
    begun.push(number);
    await gate.promise;
    return number;
  };
  const everybody = Array.from({ length: 102 }, (_, number) => number);
  const taken = everybody.map((number) => inTurn(work(number)));
  await assert.rejects(inTurn(work(102)), { status: 503, headers: { 'retry-after': '1' } });
  assert.deepEqual(begun, [0, 1]);
  gate.resolve();
  assert.deepEqual(await Promise.all(taken), everybody);
  assert.deepEqual(begun, everybody);
  assert.equal(await inTurn(work(103)), 103);
});
