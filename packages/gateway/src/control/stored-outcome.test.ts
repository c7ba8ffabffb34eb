import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FAILURE_REASONS } from '../observe/outcome-reasons.ts';
import { BOUNDS_MS } from '../observe/stats.ts';
import { fromStored, OUTCOME_INDEX, type Outcome, OutcomeSums, toStored } from './stored-outcome.ts';

const count = fc.integer({ min: 1, max: 1_000_000 });
const anOutcome: fc.Arbitrary<Outcome> = fc.record(
  {
    route: fc.constant('GET /a'),
    side: fc.constantFrom('monolith', 'service'),
    requests: fc.nat(1_000_000),
    failures: fc.nat(1_000_000),
    rescued: fc.nat(1_000_000),
    compared: fc.nat(1_000_000),
    mismatched: fc.nat(1_000_000),
    latency: fc.dictionary(fc.constantFrom(...[...BOUNDS_MS, 'Infinity'].map(String)), count, {
      noNullPrototype: true,
    }),
    reasons: fc.dictionary(fc.constantFrom(...FAILURE_REASONS), count, { noNullPrototype: true }),
  },
  { noNullPrototype: true },
);

test('what is stored of an outcome is all of it', () => {
  fc.assert(
    fc.property(anOutcome, (outcome) => {
      const stored = JSON.parse(JSON.stringify(toStored(outcome)));
      assert.deepEqual(fromStored(stored), outcome);
      const sums = new OutcomeSums();
      sums.add(stored);
      assert.deepEqual(sums.stored().map(fromStored), [outcome]);
    }),
  );
});

test('outcomes are summed by route and side', () => {
  fc.assert(
    fc.property(fc.array(anOutcome, { maxLength: 8 }), (outcomes) => {
      const sums = new OutcomeSums();
      for (const outcome of outcomes) sums.add(toStored(outcome));
      const total = (all: readonly Outcome[], side: string) =>
        all.filter((one) => one.side === side).reduce((sum, { requests }) => sum + requests, 0);
      const summed = sums.stored().map(fromStored);
      assert.equal(summed.length, new Set(outcomes.map(({ side }) => side)).size);
      for (const side of ['monolith', 'service']) assert.equal(total(summed, side), total(outcomes, side));
    }),
  );
});

test('a place that is stored keeps its meaning: reasons are the last, and only ever added to', () => {
  assert.deepEqual(OUTCOME_INDEX.counts, ['requests', 'failures', 'rescued', 'compared', 'mismatched']);
  assert.equal(OUTCOME_INDEX.bucket, 5);
  assert.equal(OUTCOME_INDEX.reason, 30);
  assert.deepEqual(FAILURE_REASONS.slice(0, 3), ['status 500', 'status 502', 'status 503']);
});
