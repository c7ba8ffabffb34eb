import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Standing } from './standing.ts';

it('keeps a time in which all requests stood, from the last answer or from when the first was due', () => {
  const standing = new Standing();
  const first = standing.began(0);
  const second = standing.began(100);
  first(120);
  assert.deepEqual([standing.spans, standing.standsMs(220)], [[], 100]);
  second(500);
  assert.deepEqual(standing.spans, [{ from: 120, to: 500 }]);
  const third = standing.began(2_000);
  third(2_300);
  assert.deepEqual(standing.spans.at(-1), { from: 2_000, to: 2_300 });
});

it('does not take one slow request among others for a stand', () => {
  const standing = new Standing();
  const slow = standing.began(0);
  for (let now = 10; now < 2_000; now += 10) standing.began(now - 5)(now);
  slow(2_000);
  assert.deepEqual(standing.spans, []);
});

it('stands for nobody', () => {
  const standing = new Standing();
  assert.equal(standing.standsMs(5_000), 0);
  standing.began(0)(1);
  assert.equal(standing.standsMs(5_000), 0);
});
