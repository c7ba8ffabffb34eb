import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitOf, toneOf } from './match.ts';

test('how well a part fits is told by its share of the points', () => {
  const fits = [45, 30, 22.5, 10, 0].map((points) => fitOf({ points, of: 45 }));
  assert.deepEqual(fits, ['full', 'most', 'half', 'little', 'none']);
  assert.equal(fitOf({ points: 0, of: 0 }), 'none');
});

test('a score looks as good as it is', () => {
  assert.deepEqual([90, 50, 10].map(toneOf), ['good', 'accent', 'warning']);
});
