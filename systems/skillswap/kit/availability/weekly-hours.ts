import type { Temporal } from 'temporal-polyfill';

/**
 * Hours of a weekday on the clock of somebody's own zone: `from` is in it, `to` is not. A day ends at 24:00; what goes on
 * after midnight is two of them.
 */
export type WeeklyHours = {
  /** 1 is Monday, 7 Sunday. */
  weekday: number;
  /** `HH:MM`. */
  from: string;
  to: string;
};

/** When somebody teaches or learns, in one zone for all of it, so that no two hours can meet. */
export type Availability = { zone: string; hours: readonly WeeklyHours[] };

/** Minutes since midnight; 24:00 is 1440. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** Why hours cannot be kept: one ends before it begins, or two of a day overlap. Null if they can. */
export function whyNotHours(hours: readonly WeeklyHours[]): string | null {
  const sorted = hours
    .map(({ weekday, from, to }) => ({ weekday, from: minutesOf(from), to: minutesOf(to) }))
    .sort((a, b) => a.weekday - b.weekday || a.from - b.from);
  for (const [index, { weekday, from, to }] of sorted.entries()) {
    if (from >= to) return `Hours of weekday ${weekday} end before they begin.`;
    const next = sorted[index + 1];
    if (next?.weekday === weekday && next.from < to) return `Hours of weekday ${weekday} overlap.`;
  }
  return null;
}

/** What a clock shows until it is set the next time: one stretch of instants with one offset. */
type Stretch = { start: number; end: number; offset: number };

/** From `start` until `end`, ms since 1970. */
export type Interval = { start: number; end: number };

/**
 * The instants of one local day at which the clock on the wall shows one of its hours, as intervals in order that do not touch. A clock that
 * is put forward skips some of them, and one that is put back shows some twice: both times count.
 */
export function hoursOfDay({ zone, hours }: Availability, date: Temporal.PlainDate): Interval[] {
  const ofDay = hours.filter(({ weekday }) => weekday === date.dayOfWeek);
  if (ofDay.length === 0) return [];
  const midnight = Date.UTC(date.year, date.month - 1, date.day);
  const found = stretchesOf(date, zone).flatMap(({ start, end, offset }) =>
    ofDay.map(({ from, to }) => ({
      start: Math.max(start, midnight + minutesOf(from) * MINUTE - offset),
      end: Math.min(end, midnight + minutesOf(to) * MINUTE - offset),
    })),
  );
  return joined(found.filter(({ start, end }) => start < end));
}

const MINUTE = 60_000;

function stretchesOf(date: Temporal.PlainDate, zone: string): Stretch[] {
  const end = date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
  const stretches: Stretch[] = [];
  let at: Temporal.ZonedDateTime | null = date.toZonedDateTime(zone);
  while (at !== null && at.epochMilliseconds < end) {
    const next: Temporal.ZonedDateTime | null = at.getTimeZoneTransition('next');
    stretches.push({
      start: at.epochMilliseconds,
      end: Math.min(end, next?.epochMilliseconds ?? end),
      offset: at.offsetNanoseconds / 1_000_000,
    });
    at = next;
  }
  return stretches;
}

/** In order, and those that touch as one. */
function joined(intervals: readonly Interval[]): Interval[] {
  const whole: Interval[] = [];
  for (const { start, end } of intervals.toSorted((a, b) => a.start - b.start)) {
    const last = whole.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else whole.push({ start, end });
  }
  return whole;
}
