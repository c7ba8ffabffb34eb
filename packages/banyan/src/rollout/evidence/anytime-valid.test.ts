import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seeded } from '@banyan/random';
import fc from 'fast-check';
import { logEvidence, tolerating } from './anytime-valid.ts';

describe('logEvidence', () => {
  it('is what the formula gives where it can be worked out by hand', () => {
    // Nothing on the other side: B(1 + s, 1) = 1 / (1 + s), I_w(1 + s, 1) = w ^ (1 + s).
    for (const [worse, w] of [
      [2, 0.01],
      [7, 0.25],
      [14, 0.5],
      [3, 0.9],
    ] as const) {
      const byHand = (1 - w ** (worse + 1)) / (1 + worse) / w ** worse / (1 - w);
      assert.ok(Math.abs(Math.exp(logEvidence(worse, 0, w)) / byHand - 1) < 1e-9, `${worse} at ${w}`);
    }
  });

  it('asks for few failures of a small share and many of a large one', () => {
    const needed = (w: number) => {
      let failures = 0;
      while (Math.exp(logEvidence(failures, 0, w)) < 1_000) failures++;
      return failures;
    };
    assert.deepEqual([0.01, 0.05, 0.25, 0.5].map(needed), [2, 3, 7, 13]);
  });

  it('grows with each event on the side in question and shrinks with each on the other', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(400), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (s, m, w) => {
        const here = logEvidence(s, m, w);
        assert.ok(Number.isFinite(here));
        // Where the evidence is for the other side it is near nothing anyway.
        if (s / (s + m + 1) > w) assert.ok(logEvidence(s, m + 1, w) < here + 1e-9);
        if (s / (s + m + 1) > w) assert.ok(logEvidence(s + 1, m, w) > here - 1e-9);
      }),
    );
  });

  it('tolerates what is asked: the same events prove less against a side that may fail more', () => {
    assert.ok(logEvidence(10, 5, tolerating(0.5, 2)) < logEvidence(10, 5, 0.5));
    assert.equal(tolerating(0.3, 1), 0.3);
  });

  it('hardly ever speaks against a side that is as good as the other, however often it is asked', () => {
    const random = seeded(8);
    let alarms = 0;
    for (let run = 0; run < 1_000; run++) {
      const w = [0.01, 0.1, 0.5, 0.9][run % 4]!;
      let worse = 0;
      for (let events = 1; events <= 300; events++) {
        if (random() < w) worse++;
        if (logEvidence(worse, events - worse, w) >= Math.log(100)) {
          alarms++;
          break;
        }
      }
    }
    assert.ok(alarms <= 20, `${alarms} alarms in 1,000 runs, of at most 10 expected`);
  });
});
