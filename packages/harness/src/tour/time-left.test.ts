import assert from 'node:assert/strict';
import { it } from 'node:test';
import { beginJourney as begin, reachStop, secondsLeft, stopsOf, thereAndBack } from './time-left.ts';

const moved = (name: string) => ({ name, shares: [1_000, 5_000, 10_000] });
const beginJourney = (services: ReturnType<typeof moved>[], nowMs: number) =>
  begin(thereAndBack(services), nowMs);
const HELD = { holdSeconds: 7, copying: 0 };
const STOP_MS = 10_000;

it('counts down to nothing while every stop takes as long as is expected', () => {
  let journey = beginJourney([moved('auth'), moved('users')], 0);
  let left = secondsLeft(journey, { ...HELD, nowMs: 0 });
  assert.equal(left, journey.ahead.length * 10);
  for (const [index, stop] of journey.ahead.entries()) {
    const nowMs = (index + 1) * STOP_MS;
    journey = reachStop(journey, stop, nowMs);
    const next = secondsLeft(journey, { ...HELD, nowMs });
    assert.ok(next < left);
    left = next;
  }
  assert.equal(left, 0);
});

it('expects as much of the stops to come as those behind took', () => {
  const begun = beginJourney([moved('auth')], 0);
  const quick = reachStop(begun, 'auth:canary 10%', 15_000);
  const slow = reachStop(begun, 'auth:canary 10%', 150_000);
  const left = (journey: typeof begun) => secondsLeft(journey, { ...HELD, nowMs: journey.lastReachedMs });
  assert.ok(left(slow) > 2 * left(quick));
});

it('passes the stops that came and went between two looks', () => {
  const journey = reachStop(beginJourney([moved('auth')], 0), 'auth:canary 50%', 0);
  assert.deepEqual(journey.ahead, ['auth:migrated', 'auth:monolith']);
});

it('takes neither the begin nor a setback to the monolith for the way back', () => {
  const begun = beginJourney([moved('auth')], 0);
  assert.equal(reachStop(begun, 'auth:monolith', 0), begun);
  const half = reachStop(begun, 'auth:canary 50%', 0);
  assert.equal(reachStop(half, 'auth:monolith', 0), half);
  const there = reachStop(half, 'auth:migrated', 0);
  assert.deepEqual(reachStop(there, 'auth:monolith', 0).ahead, []);
});

it('adds what links say of their copies', () => {
  const journey = beginJourney([moved('auth')], 0);
  const without = secondsLeft(journey, { ...HELD, nowMs: 0 });
  assert.equal(secondsLeft(journey, { ...HELD, copying: 90, nowMs: 0 }), without + 90);
});

it('counts a way that is gone twice twice, once it is back', () => {
  const half = stopsOf({ name: 'auth', shares: [1_000, 5_000] });
  let journey = begin([...half, 'auth:monolith', ...stopsOf(moved('auth'))], 0);
  assert.equal(reachStop(journey, 'auth:monolith', 0), journey);
  for (const stop of half) journey = reachStop(journey, stop, 0);
  assert.equal(journey.ahead[0], 'auth:monolith');
  journey = reachStop(journey, 'auth:monolith', 0);
  assert.deepEqual(journey.ahead, stopsOf(moved('auth')));
});
