import type { Calibration } from './forecast.ts';

/** What came where about the same was said, on applications that the model had not seen. */
export type Interval = {
  /** Between which the share of those answered lies, with 90 % confidence. */
  low: number;
  high: number;
  /** Of how many. */
  like: number;
};

/** Quantile of the normal distribution of 90 %, both sides. */
const Z = 1.6449;

/**
 * How sure a chance is: what came of forecasts in the same tenth, as Wilson's score interval (E. B. Wilson, 1927), with two digits. Null
 * where none was made there: nothing is known of how good it is.
 */
export function intervalOf({ reliability }: Calibration, chance: number): Interval | null {
  const tenth = Math.min(9, Math.floor(chance * 10)) / 10;
  const bin = reliability.find(({ from }) => from === tenth);
  if (!bin || bin.forecasts === 0) return null;
  const { forecasts: n, came: p } = bin;
  const middle = (p + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  const digits = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 100) / 100;
  return { low: digits(middle - half), high: digits(middle + half), like: n };
}
