import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toneOf } from './match.ts';

test('a score looks as good as it is', () => {
  assert.deepEqual([90, 50, 10].map(toneOf), ['good', 'accent', 'warning']);
});
