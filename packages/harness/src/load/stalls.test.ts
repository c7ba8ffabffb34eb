import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Stalls } from './stalls.ts';

it('keeps a time in which all requests stood, from the last answer or from when the first was due', () => {
  const stalls = new Stalls();
  const first = stalls.began(0);
  const second = stalls.began(100);
  first(120);
  assert.deepEqual([stalls.spans, stalls.stalledMs(220)], [[], 100]);
  second(500);
  assert.deepEqual(stalls.spans, [{ from: 120, to: 500 }]);
  const third = stalls.began(2_000);
  third(2_300);
  assert.deepEqual(stalls.spans.at(-1), { from: 2_000, to: 2_300 });
});

it('does not take one slow request among others for a stand', () => {
  const stalls = new Stalls();
  const slow = stalls.began(0);
  for (let now = 10; now < 2_000; now += 10) stalls.began(now - 5)(now);
  slow(2_000);
  assert.deepEqual(stalls.spans, []);
});

it('stands for nobody', () => {
  const stalls = new Stalls();
  assert.equal(stalls.stalledMs(5_000), 0);
  stalls.began(0)(1);
  assert.equal(stalls.stalledMs(5_000), 0);
});
