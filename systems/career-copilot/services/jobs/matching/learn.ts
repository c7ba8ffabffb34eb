import { type Decision, type Measured, measure } from './measure.ts';
import { randomFrom } from './random.ts';
import { FIXED_WEIGHTS, PARTS, type Weights } from './score.ts';

export type Learned = {
  weights: Weights;
  measured: Measured;
  /** Whether they are better than the fixed ones of people whom they were not learned from, and not by chance. */
  better: boolean;
};

/** Below this there is nothing to learn from, or nothing to measure by. */
const LEAST = { people: 30, accepted: 50, others: 50 };
const HELD_OUT = 0.3;
/** What was only passed over says less than a refusal. */
const CERTAINTY = { accepted: 1, rejected: 1, ignored: 0.5 };
const L2 = 0.01;
const STEPS = 400;

/**
 * Weights by which what people accepted comes before what they did not: logistic regression of the parts, with no part counting against
 * a job, learned from some of the people and measured on the others. The same input gives the same. Undefined: too little to learn from.
 */
export function learnWeights(decisions: readonly Decision[], seed: number): Learned | undefined {
  const people = [...new Set(decisions.map(({ userId }) => userId))].sort((a, b) => a - b);
  const accepted = decisions.filter(({ outcome }) => outcome === 'accepted').length;
  const isEnough =
    people.length >= LEAST.people &&
    accepted >= LEAST.accepted &&
    decisions.length - accepted >= LEAST.others;
  if (!isEnough) return;
  const random = randomFrom(seed);
  const heldOut = new Set(people.filter(() => random() < HELD_OUT));
  const weights = weightsOf(regress(decisions.filter(({ userId }) => !heldOut.has(userId))));
  if (!weights) return;
  const measured = measure(
    decisions.filter(({ userId }) => heldOut.has(userId)),
    { fixed: FIXED_WEIGHTS, learned: weights },
    random,
  );
  if (!measured) return;
  return { weights, measured, better: measured.gain.auc[0] > 0 && measured.gain.map[0] > 0 };
}

/** Coefficients of the parts, none below zero, by projected gradient descent. */
function regress(decisions: readonly Decision[]): number[] {
  const size = PARTS.length;
  const coefficients = new Array<number>(size).fill(0);
  let intercept = 0;
  const rows = decisions.map(({ values, outcome }) => ({
    values,
    target: outcome === 'accepted' ? 1 : 0,
    certainty: CERTAINTY[outcome],
  }));
  const total = rows.reduce((sum, { certainty }) => sum + certainty, 0);
  // No steeper than the loss can be: values are between 0 and 1.
  const step = 4 / (size + 1);
  for (let round = 0; round < STEPS; round++) {
    const slope = coefficients.map((coefficient) => L2 * coefficient);
    let slopeOfIntercept = 0;
    for (const { values, target, certainty } of rows) {
      let sum = intercept;
      for (let part = 0; part < size; part++) sum += coefficients[part]! * values[part]!;
      const error = (certainty * (1 / (1 + Math.exp(-sum)) - target)) / total;
      slopeOfIntercept += error;
      for (let part = 0; part < size; part++) slope[part]! += error * values[part]!;
    }
    intercept -= step * slopeOfIntercept;
    for (let part = 0; part < size; part++)
      coefficients[part] = Math.max(0, coefficients[part]! - step * slope[part]!);
  }
  return coefficients;
}

/** Points, 100 together; undefined if no part counts at all. */
function weightsOf(coefficients: readonly number[]): Weights | undefined {
  const all = coefficients.reduce((sum, one) => sum + one, 0);
  if (all === 0) return;
  return Object.fromEntries(
    PARTS.map((part, index) => [part, (100 * coefficients[index]!) / all]),
  ) as Weights;
}
