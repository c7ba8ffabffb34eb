import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seeded } from '@banyan/random';
import { answered } from '../../testing/evidence.ts';
import { judgeMonolith } from './monolith.ts';
import { nothingObserved, type Observation } from './observation.ts';
import type { Tally } from './tally.ts';

function monolith(since: Tally, before: Tally): Observation {
  return { ...nothingObserved(), monolith: { since, before } };
}

describe('judgeMonolith', () => {
  it('notices within a few requests that one rare operation fails since the step', () => {
    assert.match(
      judgeMonolith(monolith(answered(800, 5), answered(40_000)), 30_000) ?? '',
      /fails since the step: 5 of its 800/,
    );
  });

  it('notices each write that the lock refused, however long ago the step was', () => {
    const refused = { ...nothingObserved(), refused: 2 };
    assert.match(judgeMonolith(refused, 7 * 86_400_000) ?? '', /write lock refused 2 writes/);
  });

  it('blames no step for failures that were there before, nor for those of another day', () => {
    assert.equal(judgeMonolith(monolith(answered(800, 8), answered(40_000, 400)), 30_000), null);
    assert.equal(judgeMonolith(monolith(answered(800, 5), answered(40_000)), 3_600_000), null);
  });

  it('does not take a monolith that is away for one that the step broke', () => {
    const away: Tally = { ...answered(800), failures: 400, reasons: { refused: 400 } };
    assert.equal(judgeMonolith(monolith(away, answered(40_000)), 30_000), null);
  });

  it('says nothing without a history', () => {
    assert.equal(judgeMonolith(monolith(answered(800, 5), answered(0)), 30_000), null);
  });

  it('lets a monolith fail as it always has, looked at every second for ten minutes', () => {
    const random = seeded(21);
    const draw = (requests: number, ratio: number) => {
      let failures = 0;
      for (let i = 0; i < requests; i++) if (random() < ratio) failures++;
      return failures;
    };
    for (let run = 0; run < 100; run++) {
      const ratio = [0.0002, 0.002, 0.02][run % 3]!;
      const before = answered(20_000, draw(20_000, ratio));
      let failures = 0;
      for (let second = 1; second <= 600; second++) {
        failures += draw(30, ratio);
        assert.equal(judgeMonolith(monolith(answered(second * 30, failures), before), second * 1_000), null);
      }
    }
  });
});
