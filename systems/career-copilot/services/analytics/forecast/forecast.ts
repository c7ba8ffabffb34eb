import { chanceOf, train, type Weights } from './logistic.ts';
import type { Sample } from './samples.ts';

/** How good forecasts are, on applications that the model was not made of. */
export type Calibration = {
  trained_on: number;
  held_out: number;
  /** Mean squared error of the forecasts; of always saying how many were answered before. */
  brier: number;
  base_rate: number;
  base_rate_brier: number;
  /** What was said in tenths, and what came. */
  reliability: { from: number; to: number; forecasts: number; said: number; came: number }[];
};

/** `weights` are null where nothing is forecast, for the reason that is stated. */
export type Forecast = {
  weights: Weights | null;
  refused: string | null;
  calibration: Calibration | null;
};

/**
 * Made of the older part of what is known, and judged on the later part, which it has not seen. It refuses where it is not better than the
 * base rate by more than chance: a number that helps nobody is not shown. Pure.
 */
export function makeForecast(samples: readonly Sample[]): Forecast {
  const inOrder = samples.toSorted((a, b) => a.appliedAt - b.appliedAt);
  // All looks at an application are on the same side.
  const until = inOrder[Math.floor(inOrder.length * TRAINED)]?.appliedAt ?? 0;
  const [training, heldOut] = [
    inOrder.filter(({ appliedAt }) => appliedAt < until).slice(-MOST_SAMPLES),
    inOrder.filter(({ appliedAt }) => appliedAt >= until),
  ];
  if (training.length < LEAST_TRAINING || heldOut.length < LEAST_HELD_OUT)
    return refuse(`only ${training.length + heldOut.length} outcomes are known`, null);
  const weights = train(training);
  const calibration = calibrate(weights, training, heldOut);
  if (!isBetter(weights, calibration.base_rate, heldOut))
    return refuse('it is no better than the base rate on what it has not seen', calibration);
  return { weights, refused: null, calibration };
}

function refuse(refused: string, calibration: Calibration | null): Forecast {
  return { weights: null, refused, calibration };
}

function calibrate(weights: Weights, training: readonly Sample[], heldOut: readonly Sample[]): Calibration {
  const baseRate = mean(training.map(({ answered }) => Number(answered)));
  const said = heldOut.map(({ features }) => chanceOf(weights, features));
  const came = heldOut.map(({ answered }) => Number(answered));
  const reliability = Array.from({ length: 10 }, (_, tenth) => {
    const inside = said.flatMap((chance, at) => (Math.min(9, Math.floor(chance * 10)) === tenth ? [at] : []));
    return {
      from: tenth / 10,
      to: (tenth + 1) / 10,
      forecasts: inside.length,
      said: rounded(mean(inside.map((at) => said[at]!))),
      came: rounded(mean(inside.map((at) => came[at]!))),
    };
  });
  return {
    trained_on: training.length,
    held_out: heldOut.length,
    brier: rounded(mean(said.map((chance, at) => (chance - came[at]!) ** 2))),
    base_rate: baseRate,
    base_rate_brier: rounded(mean(came.map((one) => (baseRate - one) ** 2))),
    reliability: reliability.filter(({ forecasts }) => forecasts > 0),
  };
}

/** By a one-sided test of the differences of the squared errors, one for each. */
function isBetter(weights: Weights, baseRate: number, heldOut: readonly Sample[]): boolean {
  const gains = heldOut.map(({ features, answered }) => {
    const came = Number(answered);
    return (baseRate - came) ** 2 - (chanceOf(weights, features) - came) ** 2;
  });
  const gain = mean(gains);
  const error = Math.sqrt(mean(gains.map((one) => (one - gain) ** 2)) / gains.length);
  return gain > SURE * error;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

const TRAINED = 0.7;
const LEAST_TRAINING = 100;
const LEAST_HELD_OUT = 50;
/** The last ones: what companies do changes. */
const MOST_SAMPLES = 20_000;
/** So many standard errors: looks at one application are not independent of each other. */
const SURE = 3;
