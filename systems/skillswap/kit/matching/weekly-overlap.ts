import { Temporal } from 'temporal-polyfill';
import { type Availability, minutesOf } from '../availability/weekly-hours.ts';

const HOUR = 60;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Minutes of a week in UTC, from Monday 00:00 on, that are somebody's: intervals in order that do not overlap. */
export type WeekInUtc = readonly (readonly [from: number, to: number])[];

/** The same on the clock of somebody's own zone; what goes on after Sunday midnight ends behind the week. */
export type LocalWeek = readonly (readonly [from: number, to: number])[];

export function localWeek(hours: Availability['hours']): LocalWeek {
  return hours.map(({ weekday, from, to }) => {
    const midnight = (weekday - 1) * DAY;
    return [midnight + minutesOf(from), midnight + minutesOf(to)];
  });
}

/**
 * Somebody's hours as they lie in a week in UTC, with the offset that the zone has at `now`: between two people it is the same all year but for the
 * weeks in which one has set the clock and the other has not.
 */
export function weekInUtc({ zone, hours }: Availability, now: number): WeekInUtc {
  return shifted(localWeek(hours), offsetMinutes(zone, now));
}

/** `offset`: that of the zone of this week, see `offsetMinutes`. */
export function shifted(week: LocalWeek, offset: number): WeekInUtc {
  return week
    .flatMap(([from, to]) => {
      const start = modulo(from - offset, WEEK);
      const end = start + to - from;
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

/** The hours of a week in UTC in which somebody has any time, a bit each. */
export type HourMask = Int32Array;

export function hourMask(week: WeekInUtc): HourMask {
  const mask = new Int32Array(Math.ceil(WEEK / HOUR / 32));
  for (const [from, to] of week)
    for (let hour = Math.floor(from / HOUR); hour * HOUR < to; hour++) mask[hour >> 5]! |= 1 << (hour & 31);
  return mask;
}

/**
 * Minutes that are in both at most, at a fraction of the cost of `sharedMinutes`; the same as those of weeks that are made of whole hours. `at`: where
 * the other one begins in an array of many.
 */
export function sharedMinutesAtMost(one: HourMask, other: Int32Array, at = 0): number {
  let hours = 0;
  for (let word = 0; word < one.length; word++) hours += bitsOf(one[word]! & other[at + word]!);
  return hours * HOUR;
}

/** How many bits of 32 are set (Warren, Hacker's Delight, 5-1). */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** What a zone's clock is ahead of UTC, from one time that it is set until the next, ms since 1970. */
type Stretch = { offset: number; from: number; until: number };
/** The stretch of each zone that was asked for last: to look it up is most of the work. There are some hundred zones. */
const stretches = new Map<string, Stretch>();

/** Whole minutes by which a zone's clock is ahead of UTC at `now`. */
export function offsetMinutes(zone: string, now: number): number {
  const known = stretches.get(zone);
  if (known && known.from <= now && now < known.until) return known.offset;
  const at = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  const next = at.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
  const offset = Math.round(at.offsetNanoseconds / 60e9);
  stretches.set(zone, { offset, from: now, until: next });
  return offset;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
