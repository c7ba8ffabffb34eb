import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AWAKE, nextRest, type Rest, reasonToRest, usersWaitOf } from './throttle.ts';

/** One look a second; `working` from the tenth second on. */
function watch(p95s: number[], from: Rest = AWAKE, working = true, startAt = 0): Rest[] {
  let rest = from;
  return p95s.map((p95Ms, second) => {
    rest = nextRest(rest, { wait: { p95Ms, requests: 300 }, working, now: startAt + second * 1_000 }, 1.5);
    return rest;
  });
}

const times = (count: number, p95: number) => Array.from({ length: count }, () => p95);
const quiet = watch(times(10, 20), AWAKE, false).at(-1)!;

test('work rests when users wait longer than before it began, and says so', () => {
  const rests = watch([22, 60, 60, 60], quiet, true, 10_000);
  assert.deepEqual(
    rests.map(({ resting }) => resting),
    [false, false, true, true],
  );
  assert.equal(reasonToRest(rests.at(-1)!), 'p95 of users 60 ms, 20 ms before');
  assert.equal(reasonToRest(quiet), null);
});

test('one slow second, or what nobody notices, is no reason', () => {
  assert.ok(watch([60, 20, 60, 20, 60], quiet).every(({ resting }) => !resting));
  const fast = watch(times(10, 2), AWAKE, false).at(-1)!;
  assert.ok(watch(times(20, 11), fast).every(({ resting }) => !resting));
});

test('a rest ends when users wait hardly longer than before, not at the line where it began', () => {
  const resting = watch(times(2, 60), quiet).at(-1)!;
  assert.ok(watch(times(5, 28), resting, true, 2_000).every((rest) => rest.resting));
  assert.equal(watch(times(2, 22), resting, true, 2_000).at(-1)!.resting, false);
});

test('users who wait as long while it rests wait for something else: the work goes on', () => {
  const rests = watch(times(40, 60), quiet);
  assert.equal(rests.at(-1)!.resting, false);
  assert.equal(rests.at(-1)!.beforeMs, 60);
});

test('nobody there is no reason to rest, and neither is what was never seen before', () => {
  const resting = watch(times(2, 60), quiet).at(-1)!;
  assert.equal(nextRest(resting, { wait: null, working: true, now: 0 }, 1.5).resting, false);
  assert.equal(
    nextRest(resting, { wait: { p95Ms: 900, requests: 3 }, working: true, now: 0 }, 1.5).resting,
    false,
  );
  assert.ok(watch(times(5, 900)).every((rest) => !rest.resting));
});

test('whatever users wait, no rest is longer than half a minute', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { maxLength: 200 }), (p95s) => {
      let inARow = 0;
      for (const { resting } of watch(p95s, quiet)) {
        inARow = resting ? inARow + 1 : 0;
        if (inARow > 30) return false;
      }
      return true;
    }),
  );
});

test('p95 lies within the bucket that holds it', () => {
  assert.deepEqual(usersWaitOf({}), { p95Ms: 0, requests: 0 });
  assert.deepEqual(usersWaitOf({ '25': 100 }), { p95Ms: 24.75, requests: 100 });
  assert.deepEqual(usersWaitOf({ '10': 90, '100': 10 }), { p95Ms: 87.5, requests: 100 });
  assert.equal(usersWaitOf({ '1': 1, Infinity: 99 }).p95Ms, 10_000);
});
