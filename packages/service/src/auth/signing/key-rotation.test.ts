import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideRotation, type KeyTimes } from './key-rotation.ts';

const POLICY = { signsMs: 100_000, shownBeforeMs: 10_000, shownAfterMs: 20_000 };
const at = (ms: number) => new Date(ms);

test('the first key signs at once', () => {
  assert.deepEqual(decideRotation([], at(5), POLICY), { signs: null, add: at(5), remove: [] });
});

test('the next is made before the present one has had its time, and signs when that is over', () => {
  const keys = [{ kid: 'a', signsFrom: at(0) }];
  assert.equal(decideRotation(keys, at(89_999), POLICY).add, null);
  assert.deepEqual(decideRotation(keys, at(90_000), POLICY), { signs: 'a', add: at(100_000), remove: [] });
});

test('a key goes when nothing that it signed is good any more', () => {
  const keys = [
    { kid: 'a', signsFrom: at(0) },
    { kid: 'b', signsFrom: at(100_000) },
  ];
  assert.deepEqual(decideRotation(keys, at(119_999), POLICY), { signs: 'b', add: null, remove: [] });
  assert.deepEqual(decideRotation(keys, at(120_000), POLICY).remove, ['a']);
});

test('whatever is signed was shown long enough before, and is shown as long as it is good', () => {
  // Pauses between looks: an instance looks each minute, or was away for long.
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 150_000 }), { minLength: 1, maxLength: 60 }), (pauses) => {
      let now = 0;
      let keys: (KeyTimes & { shownFrom: number })[] = [];
      const gone = new Map<string, number>();
      const signed: { kid: string; at: number }[] = [];
      for (const pause of [0, ...pauses]) {
        now += pause;
        const { signs, add, remove } = decideRotation(keys, at(now), POLICY);
        if (signs !== null) {
          const key = keys.find(({ kid }) => kid === signs)!;
          const isFirst = key.kid === 'key 0';
          assert.ok(isFirst || now - key.shownFrom >= POLICY.shownBeforeMs, `${signs} signs too early`);
          signed.push({ kid: signs, at: now });
        }
        for (const kid of remove) gone.set(kid, now);
        keys = keys.filter(({ kid }) => !remove.includes(kid));
        if (add) keys.push({ kid: `key ${keys.length + gone.size}`, signsFrom: add, shownFrom: now });
        assert.ok(keys.length <= 3);
      }
      for (const { kid, at } of signed)
        assert.ok(
          (gone.get(kid) ?? Number.POSITIVE_INFINITY) >= at + POLICY.shownAfterMs,
          `${kid} was hidden`,
        );
    }),
  );
});
