import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOUNDS_MS, FAILURE_REASONS, type Outcome, OWN_ERRORS, toStored } from '@banyan/gateway';
import fc from 'fast-check';
import { Layout } from './packed.ts';

const counts = fc.integer({ min: 0, max: 1_000_000 });
const anOutcome: fc.Arbitrary<Outcome> = fc.record({
  route: fc.constantFrom('GET /a', 'GET /b', '(unmatched)'),
  side: fc.constantFrom('monolith', 'service'),
  requests: counts,
  failures: counts,
  rescued: counts,
  compared: counts,
  mismatched: counts,
  latency: fc.dictionary(fc.constantFrom(...[...BOUNDS_MS, 'Infinity'].map(String)), counts),
  reasons: fc.dictionary(fc.constantFrom(...FAILURE_REASONS), counts),
});

test('packing spans and summing them loses nothing and adds nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.array(anOutcome, { maxLength: 6 }), { maxLength: 6 }), (spans) => {
      const layout = new Layout();
      const sample = layout.sum(spans.map((outcomes) => layout.pack(outcomes.map(toStored))));
      const all = spans.flat();
      for (const route of ['GET /a', 'GET /b', '(unmatched)'])
        for (const side of ['monolith', 'service'] as const) {
          const own = all.filter((outcome) => outcome.route === route && outcome.side === side);
          const sum = (pick: (outcome: Outcome) => number | undefined) =>
            own.reduce((total, outcome) => total + (pick(outcome) ?? 0), 0);
          const tally = sample.get(route)?.[side];
          for (const name of ['requests', 'failures', 'rescued', 'compared', 'mismatched'] as const)
            assert.equal(
              tally?.[name] ?? 0,
              sum((outcome) => outcome[name]),
              name,
            );
          for (const [index, bound] of [...BOUNDS_MS, Number.POSITIVE_INFINITY].entries())
            assert.equal(
              tally?.latency[index] ?? 0,
              sum(({ latency }) => latency[String(bound)]),
            );
          for (const reason of FAILURE_REASONS)
            assert.equal(
              tally?.reasons[reason] ?? 0,
              sum(({ reasons }) => reasons[reason]),
            );
          const own500 = OWN_ERRORS.reduce((total, reason) => total + (tally?.reasons[reason] ?? 0), 0);
          assert.equal(tally?.ownErrors ?? 0, own500);
        }
    }),
  );
});

test('a latency above all buckets, and one of a bucket that is not known, count as the longest', () => {
  const layout = new Layout();
  const latency = { Infinity: 2, '12345': 3 };
  const outcome = { route: 'GET /a', side: 'service', requests: 5, failures: 0, rescued: 0 } as const;
  const packed = layout.pack([toStored({ ...outcome, compared: 0, mismatched: 0, latency, reasons: {} })]);
  assert.equal(layout.sum([packed]).get('GET /a')!.service.latency.at(-1), 5);
});
