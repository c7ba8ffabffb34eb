/** Logistic regression by Newton's method, with a small pull to 0 that keeps what few samples say in bounds. Pure. */

export type Weights = readonly number[];
type Labelled = { features: readonly number[]; answered: boolean };

export function chanceOf(weights: Weights, features: readonly number[]): number {
  const score = weights.reduce((sum, weight, at) => sum + weight * features[at]!, 0);
  return 1 / (1 + Math.exp(-score));
}

export function train(samples: readonly Labelled[]): Weights {
  const size = samples[0]!.features.length;
  let weights: number[] = Array.from({ length: size }, () => 0);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const step = solve(...slopes(samples, weights));
    weights = weights.map((weight, at) => weight + step[at]!);
    if (Math.max(...step.map(Math.abs)) < SETTLED) break;
  }
  return weights;
}

/** Second and first derivatives of the likelihood, the first one in the direction in which it grows. */
function slopes(samples: readonly Labelled[], weights: Weights): [curvature: number[][], slope: number[]] {
  const slope = weights.map((weight) => -PULL * weight);
  const curvature = weights.map((_, row) => weights.map((__, column) => (row === column ? PULL : 0)));
  for (const { features, answered } of samples) {
    const chance = chanceOf(weights, features);
    const spread = Math.max(chance * (1 - chance), LEAST_SPREAD);
    for (let row = 0; row < features.length; row++) {
      const value = features[row]!;
      if (value === 0) continue;
      slope[row]! += value * (Number(answered) - chance);
      for (let column = 0; column < features.length; column++)
        curvature[row]![column]! += spread * value * features[column]!;
    }
  }
  return [curvature, slope];
}

/** Gauss, with the largest pivot. */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at]!]);
  const size = right.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = column + 1; row < size; row++) {
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let at = column; at <= size; at++) rows[row]![at]! -= factor * rows[column]![at]!;
    }
  }
  const solution = Array.from({ length: size }, () => 0);
  for (let row = size - 1; row >= 0; row--) {
    const known = solution.reduce((sum, value, at) => (at > row ? sum + value * rows[row]![at]! : sum), 0);
    solution[row] = (rows[row]![size]! - known) / rows[row]![row]!;
  }
  return solution;
}

const PULL = 1;
const MOST_ROUNDS = 25;
const SETTLED = 1e-6;
const LEAST_SPREAD = 1e-6;
