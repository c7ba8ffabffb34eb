import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createBalance } from './balance.ts';
import { createRetryBudget } from './budget.ts';
import { CallError } from './errors.ts';
import { pauseBeforeRetry, RETRY } from './retry.ts';

const error = (code: CallError['code']) =>
  new CallError(code, { service: 'users', operation: 'getUser', reason: 'a test' });

describe('a retry budget', () => {
  const events = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 3_000 }), retry: fc.boolean() }), {
    maxLength: 300,
  });

  it('never gives more than its reserve and its part of the calls, in the window before any retry', () => {
    fc.assert(
      fc.property(
        events,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 5 }),
        (steps, ratio, reserve) => {
          const windowMs = 10_000;
          const budget = createRetryBudget({ ratio, reserve, windowMs });
          const calls: number[] = [];
          const retries: number[] = [];
          let now = 0;
          for (const { gap, retry } of steps) {
            now += gap;
            if (!retry) {
              budget.call(now);
              calls.push(now);
            } else if (budget.take(now)) {
              retries.push(now);
              const within = (times: number[]) => times.filter((at) => at > now - windowMs).length;
              assert.ok(within(retries) <= reserve + ratio * within(calls) + 1e-9);
            }
          }
        },
      ),
    );
  });

  it('gives the whole of it while calls go on', () => {
    const budget = createRetryBudget({ ratio: 0.2, reserve: 0 });
    let taken = 0;
    for (let now = 0; now < 1_000; now++) {
      budget.call(now);
      if (budget.take(now)) taken++;
    }
    assert.equal(taken, 200);
  });

  it('is full again when the retries lie a window back', () => {
    const budget = createRetryBudget({ ratio: 0, reserve: 2, windowMs: 1_000 });
    assert.deepEqual([budget.take(0), budget.take(0), budget.take(900)], [true, true, false]);
    assert.equal(budget.take(2_000), true);
  });
});

describe('a retry', () => {
  const failed = {
    attempt: 1,
    error: error('UNAVAILABLE'),
    unsent: false,
    idempotent: true,
    remainingMs: 1_000,
  };
  const decide = (change: Partial<typeof failed>, budget = createRetryBudget(), random = 0.5) =>
    pauseBeforeRetry({ ...failed, ...change }, RETRY, budget, 0, random);

  it('comes after a pause that doubles and jitters', () => {
    assert.equal(decide({}), 25);
    assert.equal(decide({ attempt: 2 }), 50);
    assert.equal(decide({}, createRetryBudget(), 0), 0);
  });

  it('is not made when doing it twice could do harm, unless nothing was sent', () => {
    assert.equal(decide({ idempotent: false }), undefined);
    assert.equal(decide({ idempotent: false, unsent: true }), 25);
  });

  it('is not made for what another attempt cannot fix', () => {
    for (const code of ['REFUSED', 'BAD_ANSWER', 'CIRCUIT_OPEN', 'CANCELLED', 'BAD_INPUT'] as const) {
      assert.equal(decide({ error: error(code) }), undefined, code);
    }
  });

  it('is not made after the last attempt, the deadline or the budget', () => {
    assert.equal(decide({ attempt: RETRY.attempts }), undefined);
    assert.equal(decide({ remainingMs: 25 }), undefined);
    assert.equal(decide({}, createRetryBudget({ ratio: 1, reserve: 0 })), undefined);
  });
});

describe('the balance', () => {
  const urls = ['http://a', 'http://b', 'http://c'];

  it('goes round', () => {
    const balance = createBalance();
    assert.deepEqual(
      [0, 0, 0, 0].map((now) => balance.pick(urls, now)),
      ['http://a', 'http://b', 'http://c', 'http://a'],
    );
  });

  it('passes over who just failed, until it has rested or is found well', () => {
    const balance = createBalance({ restMs: 100 });
    balance.failed('http://b', 0);
    assert.deepEqual(
      [balance.pick(urls, 1), balance.pick(urls, 2), balance.pick(urls, 3)],
      ['http://a', 'http://c', 'http://a'],
    );
    assert.equal(balance.pick(urls, 100), 'http://b');
  });

  it('always names one that is there, however many have failed', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ fail: fc.option(fc.nat(5)), gap: fc.nat(300), size: fc.integer({ min: 1, max: 6 }) }),
        ),
        (steps) => {
          const balance = createBalance({ restMs: 200 });
          let now = 0;
          for (const { fail, gap, size } of steps) {
            now += gap;
            if (fail !== null) balance.failed(`http://${fail}`, now);
            const there = Array.from({ length: size }, (_, index) => `http://${index}`);
            assert.ok(there.includes(balance.pick(there, now)!));
          }
        },
      ),
    );
    assert.equal(createBalance().pick([], 0), undefined);
  });
});
