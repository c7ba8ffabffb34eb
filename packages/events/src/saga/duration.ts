import { SagaError } from './errors.ts';

/** Milliseconds, or ISO 8601 without months and years, whose length differs: `PT30S`, `PT1H30M`, `P3D`, `P2W`. */
export type Duration = number | string;

/** In milliseconds. Throws SagaError `SAGA_DURATION`. */
export function toMilliseconds(duration: Duration): number {
  const milliseconds = typeof duration === 'number' ? duration : parse(duration);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return Math.round(milliseconds);
  throw new SagaError(
    'SAGA_DURATION',
    String(duration),
    "give milliseconds as a number, or ISO 8601 text such as 'PT30S', 'PT1H30M', 'P3D' or 'P2W'",
  );
}

const ISO = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];

function parse(text: string): number {
  const parts = ISO.exec(text);
  if (!parts) return Number.NaN;
  return UNITS.reduce((sum, unit, index) => sum + unit * Number(parts[index + 1] ?? 0), 0);
}
