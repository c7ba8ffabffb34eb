import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Offsets } from './offsets.ts';

test('the position never passes a message that is not done, and reaches the end when all are', () => {
  const orders = fc
    .uniqueArray(fc.bigInt({ min: 0n, max: 200n }), { minLength: 1, maxLength: 40 })
    .map((offsets) => offsets.sort((a, b) => Number(a - b)))
    .chain((offsets) => fc.tuple(fc.constant(offsets), fc.shuffledSubarray(offsets)));
  fc.assert(
    fc.property(orders, ([offsets, done]) => {
      const tracked = new Offsets();
      for (const offset of offsets) assert.ok(tracked.take(offset));
      for (const offset of offsets) assert.ok(!tracked.take(offset), 'a second time is no news');
      for (const offset of done) tracked.done(offset);
      const open = offsets.filter((offset) => !done.includes(offset));
      assert.equal(tracked.position, open[0] ?? offsets.at(-1)! + 1n);
    }),
  );
});

test('there is no position before the first message', () => {
  assert.equal(new Offsets().position, undefined);
});
