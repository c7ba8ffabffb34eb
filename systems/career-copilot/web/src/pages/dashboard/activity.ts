import { type CalendarDate, parseDate } from '@internationalized/date';

/** A day or the Monday of a week, `2026-06-01`, and how much there was of something. */
export type Point = { period: string; count: number };

/** Weeks that are shown. */
export const WEEKS = 12;

/**
 * The last weeks to `today`, those without anything among them: the monolith tells only of weeks that have something, the latest first,
 * and at most twelve. `today`: `2026-06-03`.
 */
export function lastWeeks(told: readonly { week: string; applications: number }[], today: string): Point[] {
  const counts = new Map(told.map(({ week, applications }) => [week, applications]));
  const newest = [mondayOf(parseDate(today)), ...told.map(({ week }) => parseDate(week))].reduce((a, b) =>
    a.compare(b) > 0 ? a : b,
  );
  return Array.from({ length: WEEKS }, (_, at) => {
    const period = String(newest.subtract({ weeks: WEEKS - 1 - at }));
    return { period, count: counts.get(period) ?? 0 };
  });
}

/** What the chart says in a sentence: of all, and of where there was most. Null of nothing. */
export function peakOf(points: readonly Point[]): { total: number; most: number; period: string } | null {
  const total = points.reduce((sum, { count }) => sum + count, 0);
  const peak = points.reduce<Point | null>(
    (best, one) => (best && best.count >= one.count ? best : one),
    null,
  );
  return peak === null || total === 0 ? null : { total, most: peak.count, period: peak.period };
}

/** Between the last half and the half before it, as a share: 0.5 is half as much again. Null where there was nothing before. */
export function trendOf(points: readonly Point[], length = 4): number | null {
  const sum = (some: readonly Point[]) => some.reduce((all, { count }) => all + count, 0);
  const before = sum(points.slice(-2 * length, -length));
  return before === 0 ? null : sum(points.slice(-length)) / before - 1;
}

function mondayOf(day: CalendarDate): CalendarDate {
  return day.subtract({ days: (day.toDate('UTC').getUTCDay() + 6) % 7 });
}
