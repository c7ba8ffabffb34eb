import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextThrottle, type Throttle, throttleReason, UNTHROTTLED, userLatencyOf } from './throttle.ts';

/** One look a second; `working` from the tenth second on. */
function watch(p95s: number[], from: Throttle = UNTHROTTLED, working = true, startAt = 0): Throttle[] {
  let throttle = from;
  return p95s.map((p95Ms, second) => {
    throttle = nextThrottle(
      throttle,
      { wait: { p95Ms, requests: 300 }, working, now: startAt + second * 1_000 },
      1.5,
    );
    return throttle;
  });
}

const times = (count: number, p95: number) => Array.from({ length: count }, () => p95);
const quiet = watch(times(10, 20), UNTHROTTLED, false).at(-1)!;

test('work rests when users wait longer than before it began, and says so', () => {
  const rests = watch([22, 60, 60, 60], quiet, true, 10_000);
  assert.deepEqual(
    rests.map(({ throttled }) => throttled),
    [false, false, true, true],
  );
  assert.equal(throttleReason(rests.at(-1)!), 'p95 of users 60 ms, 20 ms before');
  assert.equal(throttleReason(quiet), null);
});

test('one slow second, or what nobody notices, is no reason', () => {
  assert.ok(watch([60, 20, 60, 20, 60], quiet).every(({ throttled }) => !throttled));
  const fast = watch(times(10, 2), UNTHROTTLED, false).at(-1)!;
  assert.ok(watch(times(20, 11), fast).every(({ throttled }) => !throttled));
});

test('a rest ends when users wait hardly longer than before, not at the line where it began', () => {
  const throttled = watch(times(2, 60), quiet).at(-1)!;
  assert.ok(watch(times(5, 28), throttled, true, 2_000).every((throttle) => throttle.throttled));
  assert.equal(watch(times(2, 22), throttled, true, 2_000).at(-1)!.throttled, false);
});

test('users who wait as long while it is throttled wait for something else: the work goes on', () => {
  const rests = watch(times(40, 60), quiet);
  assert.equal(rests.at(-1)!.throttled, false);
  assert.equal(rests.at(-1)!.beforeMs, 60);
});

test('nobody there is no reason to throttle, and neither is what was never seen before', () => {
  const throttled = watch(times(2, 60), quiet).at(-1)!;
  assert.equal(nextThrottle(throttled, { wait: null, working: true, now: 0 }, 1.5).throttled, false);
  assert.equal(
    nextThrottle(throttled, { wait: { p95Ms: 900, requests: 3 }, working: true, now: 0 }, 1.5).throttled,
    false,
  );
  assert.ok(watch(times(5, 900)).every((throttle) => !throttle.throttled));
});

test('whatever users wait, no rest is longer than half a minute', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { maxLength: 200 }), (p95s) => {
      let inARow = 0;
      for (const { throttled } of watch(p95s, quiet)) {
        inARow = throttled ? inARow + 1 : 0;
        if (inARow > 30) return false;
      }
      return true;
    }),
  );
});

test('p95 lies within the bucket that holds it', () => {
  assert.deepEqual(userLatencyOf({}), { p95Ms: 0, requests: 0 });
  assert.deepEqual(userLatencyOf({ '25': 100 }), { p95Ms: 24.75, requests: 100 });
  assert.deepEqual(userLatencyOf({ '10': 90, '100': 10 }), { p95Ms: 87.5, requests: 100 });
  assert.equal(userLatencyOf({ '1': 1, Infinity: 99 }).p95Ms, 10_000);
});
