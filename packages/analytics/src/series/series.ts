import { nextPeriod, periodOf, type Unit } from './calendar.ts';

export type Point = { period: string; count: number };

/** The most that a series may have; one that would be longer ends there. */
export const MAX_POINTS = 1_000;

/** How much falls into each period from one moment to another, those without any among them. Pure. */
export function seriesOf(
  moments: Iterable<[at: Date, count: number]>,
  { unit, zone, from, to }: { unit: Unit; zone: string; from: Date; to: Date },
): Point[] {
  const counts = new Map<string, number>();
  for (const [at, count] of moments) {
    if (at < from || at > to) continue;
    const period = periodOf(at, unit, zone);
    counts.set(period, (counts.get(period) ?? 0) + count);
  }
  const points: Point[] = [];
  const last = periodOf(to, unit, zone);
  for (let period = periodOf(from, unit, zone); points.length < MAX_POINTS; ) {
    points.push({ period, count: counts.get(period) ?? 0 });
    if (period === last) break;
    period = nextPeriod(period, unit, zone);
  }
  return points;
}

const HOUR_MS = 3_600_000;
export const UNIT_MS: Record<Unit, number> = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS };
