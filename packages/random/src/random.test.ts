import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random, seeded } from './random.ts';

test('a seed gives the numbers that mulberry32 gives', () => {
  const next = seeded(1);
  // Of the algorithm as its author published it.
  assert.deepEqual([next(), next(), next()], [0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test('what is drawn is within its bounds, and the same for the same seed', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -50, max: 50 }), fc.nat(50), (seed, low, span) => {
      const [one, other] = [new Random(seed), new Random(seed)];
      const drawn = Array.from({ length: 20 }, () => one.int(low, low + span));
      assert.ok(drawn.every((n) => Number.isInteger(n) && n >= low && n <= low + span));
      assert.deepEqual(
        drawn,
        Array.from({ length: 20 }, () => other.int(low, low + span)),
      );
      const some = one.some(['a', 'b', 'c'], 2);
      assert.equal(new Set(some).size, some.length);
    }),
  );
});
