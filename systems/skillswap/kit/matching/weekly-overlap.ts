import { Temporal } from 'temporal-polyfill';
import { type Availability, minutesOf } from '../availability/weekly-hours.ts';

const DAY = 24 * 60;
const WEEK = 7 * DAY;

/** Minutes of a week in UTC, from Monday 00:00 on, that are somebody's: intervals in order that do not overlap. */
export type WeekInUtc = readonly (readonly [from: number, to: number])[];

/**
 * Somebody's hours as they lie in a week in UTC, with the offset that the zone has at `now`: between two people it is the same all year but for the
 * weeks in which one has set the clock and the other has not.
 */
export function weekInUtc({ zone, hours }: Availability, now: number): WeekInUtc {
  const offset = offsetMinutes(zone, now);
  return hours
    .flatMap(({ weekday, from, to }) => {
      const start = modulo((weekday - 1) * DAY + minutesOf(from) - offset, WEEK);
      const end = start + minutesOf(to) - minutesOf(from);
      // What goes on over Sunday midnight is at both ends of the week.
      return end <= WEEK ? [[start, end] as const] : [[start, WEEK] as const, [0, end - WEEK] as const];
    })
    .sort((a, b) => a[0] - b[0]);
}

/** Minutes of a week that are in both. */
export function sharedMinutes(one: WeekInUtc, other: WeekInUtc): number {
  let shared = 0;
  for (const [from, to] of one)
    for (const [start, end] of other) shared += Math.max(0, Math.min(to, end) - Math.max(from, start));
  return shared;
}

export function weeklyMinutes(week: WeekInUtc): number {
  return week.reduce((sum, [from, to]) => sum + to - from, 0);
}

function offsetMinutes(zone: string, now: number): number {
  const at = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  return Math.round(at.offsetNanoseconds / 60e9);
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
