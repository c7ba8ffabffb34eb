import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { learnWeights } from './learn.ts';
import { measure } from './measure.ts';
import { randomFrom } from './random.ts';
import { FIXED_WEIGHTS, PARTS, type Weights } from './score.ts';
import { outcomesOf } from './testing/outcomes.ts';

/** People who care for place and pay above all, which the fixed weights do not know. */
const WANTED: Weights = { skills: 15, title: 5, seniority: 5, place: 45, salary: 25, freshness: 5 };
const SOME = { people: 200, matches: 20, weights: WANTED, certainty: 12, seed: 1 };

describe('weights that are learned', () => {
  const learned = learnWeights(outcomesOf(SOME), 7)!;

  it('are points, 100 together and none below zero, in the order of what people go by', () => {
    const points = PARTS.map((part) => learned.weights[part]);
    assert.ok(Math.abs(points.reduce((sum, one) => sum + one, 0) - 100) < 1e-9);
    assert.ok(points.every((one) => one >= 0));
    const order = PARTS.toSorted((a, b) => learned.weights[b] - learned.weights[a]);
    assert.deepEqual(order.slice(0, 3), ['place', 'salary', 'skills']);
  });

  it('put what people accept before the rest better than the fixed ones, for people they were not learned from', () => {
    const { auc, map, gain, people } = learned.measured;
    assert.ok(people > 30 && people < 100, String(people));
    assert.ok(auc.learned > auc.fixed + 0.1, JSON.stringify(auc));
    assert.ok(map.learned > map.fixed + 0.1, JSON.stringify(map));
    assert.ok(gain.auc[0] > 0 && gain.map[0] > 0, JSON.stringify(gain));
    assert.equal(learned.better, true);
  });

  it('are the same of the same outcomes', () => {
    assert.deepEqual(learnWeights(outcomesOf(SOME), 7), learned);
  });

  it('are not better where people decide by chance, or as the fixed weights have it', () => {
    const byChance = learnWeights(outcomesOf({ ...SOME, certainty: 0 }), 7);
    assert.notEqual(byChance?.better, true);
    const asFixed = learnWeights(outcomesOf({ ...SOME, weights: FIXED_WEIGHTS, people: 60 }), 7)!;
    assert.ok(asFixed.measured.gain.auc[0] < 0.01, JSON.stringify(asFixed.measured));
  });

  it('are none where there is too little to learn from', () => {
    assert.equal(learnWeights([], 1), undefined);
    assert.equal(learnWeights(outcomesOf({ ...SOME, people: 29 }), 1), undefined);
    const all = outcomesOf(SOME).map((one) => ({ ...one, outcome: 'accepted' as const }));
    assert.equal(learnWeights(all, 1), undefined);
  });
});

describe('the measure', () => {
  const of = (accepted: number[], others: number[]) =>
    [...accepted.map((x) => ['accepted', x] as const), ...others.map((x) => ['rejected', x] as const)].map(
      ([outcome, x]) => ({ userId: 1, outcome, values: PARTS.map(() => x) }),
    );
  const measured = (accepted: number[], others: number[]) =>
    measure(of(accepted, others), { fixed: FIXED_WEIGHTS, learned: FIXED_WEIGHTS }, randomFrom(1))!;

  it('is what the field calls AUC and average precision', () => {
    assert.deepEqual(measured([0.9, 0.8], [0.1]).auc.fixed, 1);
    assert.deepEqual(measured([0.1], [0.9, 0.8]).auc.fixed, 0);
    assert.deepEqual(measured([0.9, 0.3], [0.5, 0.1]).auc.fixed, 0.75);
    assert.deepEqual(measured([0.9, 0.3], [0.5, 0.1]).map.fixed, (1 + 2 / 3) / 2);
  });

  it('gives nothing for a score that tells nothing', () => {
    const { auc, map } = measured([0.5], [0.5, 0.5]);
    assert.deepEqual([auc.fixed, map.fixed], [0.5, 1 / 3]);
  });

  it('is none without somebody who accepted some and not others', () => {
    assert.equal(
      measure(of([0.5], []), { fixed: FIXED_WEIGHTS, learned: FIXED_WEIGHTS }, randomFrom(1)),
      undefined,
    );
  });
});
