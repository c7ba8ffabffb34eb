import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeScale, measureSpeed, scaleFor } from './machine.ts';

it('runs full size on the machine it was made for, and on any faster one', () => {
  const full = { rate: 200, users: 20_000, minRequests: 4, minCompared: 200, patience: 1 };
  for (const speed of [0.8, 1, 12]) assert.deepEqual(scaleFor(speed, {}), full);
});

it('asks less of a slow machine, and waits longer for it, within bounds', () => {
  const half = scaleFor(0.5, {});
  assert.deepEqual(half, { rate: 100, users: 10_000, minRequests: 2, minCompared: 100, patience: 2 });
  const least = scaleFor(0.001, {});
  assert.deepEqual(least, { rate: 40, users: 2_000, minRequests: 2, minCompared: 50, patience: 4 });
});

it('sends as many requests as the system says', () => {
  const dear = scaleFor(1, {}, 100);
  assert.deepEqual([dear.rate, dear.users, dear.minCompared], [100, 20_000, 100]);
  assert.equal(scaleFor(0.5, {}, 100).rate, 50);
  assert.equal(scaleFor(1, { rate: 200 }, 100).rate, 200);
});

it('leaves what was asked for, and waits longer where fewer requests come', () => {
  assert.deepEqual(scaleFor(0.3, { rate: 300, users: 500 }).rate, 300);
  assert.equal(scaleFor(1, { rate: 100 }).patience, 2);
  assert.equal(scaleFor(1, { rate: 1_000 }).minCompared, 200);
});

it('measures some speed, and says it in one line', async () => {
  const speed = await measureSpeed();
  assert.ok(speed > 0 && Number.isFinite(speed));
  assert.doesNotMatch(describeScale(speed, scaleFor(speed, {})), /\n/);
});
