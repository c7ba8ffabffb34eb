import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { byCount, byTime } from './retrying.ts';

test('by count: 1, 2 and 4 s after the first three failures, then no more', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((number) => byCount(3, 1_000)(number, 0)),
    [1_000, 2_000, 4_000, undefined],
  );
});

test('by time: pauses grow to the longest, none is longer or under half, and the last attempt is when the time is over', () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(
      fc.array(chance, { minLength: 1 }),
      fc.integer({ min: 1, max: 86_400_000 }),
      (chances, until) => {
        let at = 0;
        const random = () => chances[at++ % chances.length]!;
        const retrying = byTime({ delayMs: 1_000, longestMs: 300_000, until }, random);
        let now = 0;
        for (let number = 1; ; number++) {
          const pause = retrying(number, now);
          if (pause === undefined) break;
          const full = Math.min(1_000 * 2 ** (number - 1), 300_000);
          assert.ok(pause <= full);
          assert.ok(pause >= full / 2 || now + pause === until);
          now += pause;
        }
        assert.equal(now, until);
      },
    ),
  );
});
