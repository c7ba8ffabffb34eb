import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stats } from '../observe/stats.ts';
import { ShadowThrottle } from './shadow-throttle.ts';

/** A worker with 100 requests a second that take `ms`, asked every 10 ms whether an answer may be compared. */
function shadowed(seconds: number, ms: number, lateMs = 0, aboveRatio = 1.5) {
  const stats = new Stats();
  const { monolith } = stats.of('users', 'GET /me');
  let now = 0;
  let late = 0;
  const throttle = new ShadowThrottle(stats, () => now, { lateMs: () => late });
  const second = (tookMs: number, shadows: boolean) => {
    let compared = 0;
    for (let request = 0; request < 100; request += 1) {
      now += 10;
      monolith.answered(200, tookMs);
      if (shadows && throttle.lets()) compared += 1;
    }
    stats.counts.shadowed += compared;
    throttle.look();
    return compared;
  };
  throttle.aboveRatio = aboveRatio;
  for (let i = 0; i < 10; i += 1) second(20, false);
  late = lateMs;
  return { compared: Array.from({ length: seconds }, () => second(ms, true)), throttle };
}

test('all answers are compared while users wait no longer than before', () => {
  assert.deepEqual(shadowed(5, 20).compared, [100, 100, 100, 100, 100]);
});

test('few are compared while users wait longer than before it shadowed, but never none', () => {
  const { compared, throttle } = shadowed(6, 90);
  assert.deepEqual(compared, [100, 100, 10, 10, 10, 10]);
  assert.ok(throttle.now);
});

test('a late event loop counts as what users wait, though no upstream was slow', () => {
  assert.deepEqual(shadowed(4, 20, 40).compared, [100, 100, 10, 10]);
});

test('a plan can say that shadowing never rests', () => {
  assert.deepEqual(shadowed(4, 90, 0, 1_000).compared, [100, 100, 100, 100]);
});
