import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideShare, readSpans, Shares, type Span, writeSpans } from './shares.ts';

const share = fc.constantFrom(0, 2_500, 10_000);
const steps = fc.array(fc.record({ share, gap: fc.bigInt({ min: 1n, max: 9n }) }), { maxLength: 8 });

test('a change is judged by the share of the last step before its commit, however late it is applied', () => {
  fc.assert(
    fc.property(share, steps, fc.bigInt({ min: 0n, max: 40n }), (first, made, applied) => {
      let spans = decideShare([], { share: first, mark: undefined, applied: 0n });
      const truth: Span[] = [{ from: 0n, share: first }];
      for (const { share, gap } of made) {
        const mark = truth.at(-1)!.from + gap;
        truth.push({ from: mark, share });
        spans = readSpans(JSON.parse(writeSpans(decideShare(spans, { share, mark, applied }))));
        // The link starts again, and nothing is undecided.
        spans = decideShare(spans, { share, mark: undefined, applied });
      }
      const shares = new Shares('users', first);
      shares.learn(spans);
      for (let at = applied; at < 80n; at++)
        assert.equal(shares.at(at).share, truth.findLast(({ from }) => from <= at)!.share);
    }),
  );
});

test('an aborted step leaves no trace', () => {
  const spans: Span[] = [{ from: 0n, share: 5_000 }];
  assert.deepEqual(decideShare(spans, { share: 5_000, mark: 90n, applied: 80n }), spans);
});

test('without a mark, all that is not applied is judged by the share that is told', () => {
  const spans = decideShare([{ from: 0n, share: 0 }], { share: 10_000, mark: undefined, applied: 70n });
  assert.deepEqual(spans, [{ from: 70n, share: 10_000 }]);
});

test('what is applied is forgotten, so that the list does not grow', () => {
  let spans: Span[] = [];
  for (let step = 1n; step < 50n; step++)
    spans = decideShare(spans, { share: Number(step % 2n), mark: step * 10n, applied: step * 10n });
  assert.equal(spans.length, 1);
});
