import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pagesShown } from './pages-shown.ts';

test('first, last, the present page and its neighbours are shown', () => {
  assert.deepEqual(pagesShown(1, 3), [1, 2, 3]);
  assert.deepEqual(pagesShown(6, 20), [1, 'gap before', 5, 6, 7, 'gap after', 20]);
  assert.deepEqual(pagesShown(4, 20), [1, 2, 3, 4, 5, 'gap after', 20]);
  assert.deepEqual(pagesShown(20, 20), [1, 'gap before', 19, 20]);
});

test('pages go up, none twice, and a gap stands for two or more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (pageCount, at) => {
      const shown = pagesShown((at % pageCount) + 1, pageCount);
      assert.ok(shown.length <= 7);
      assert.equal(new Set(shown).size, shown.length);
      for (const [place, one] of shown.entries()) {
        const before = shown[place - 1];
        if (typeof one === 'number' && typeof before === 'number') assert.equal(one, before + 1);
        if (typeof one === 'string') assert.ok(Number(shown[place + 1]) - Number(before) > 2);
      }
    }),
  );
});
