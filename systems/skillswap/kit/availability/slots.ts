import { Temporal } from 'temporal-polyfill';
import { type Availability, hoursOfDay, type Interval } from './weekly-hours.ts';

/** Slots begin this many minutes apart, from where the hours of a day begin. */
export const SLOT_STEP_MINUTES = 30;
/** Sessions last so long, minutes. */
export const SESSION_MINUTES = [30, 60, 90, 120] as const;
/** A session is asked for at least so long before it begins, hours of real time: on the day of a clock change too. */
export const NOTICE_HOURS = 2;
/** And at most so many days before. */
const AHEAD_DAYS = 90;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type SlotsWanted = {
  availability: Availability;
  /** What is taken already. */
  taken: readonly Interval[];
  /** Length of the session. */
  minutes: number;
  now: number;
};

/** The slots that begin from `from` on and before `to`, ms since 1970, in order. Each of them can be booked (`isOffered`). */
export function slotsBetween(wanted: SlotsWanted, from: number, to: number): Interval[] {
  const { availability, taken, minutes, now } = wanted;
  const first = Math.max(from, now + NOTICE_HOURS * HOUR);
  const last = Math.min(to, now + AHEAD_DAYS * DAY);
  return first >= last
    ? []
    : daysBetween(first, last, availability.zone)
        .flatMap((date) => hoursOfDay(availability, date))
        .flatMap((hours) => startsWithin(hours, minutes))
        .filter((start) => start >= first && start < last)
        .map((start) => ({ start, end: start + minutes * MINUTE }))
        .filter((slot) => !taken.some((other) => other.start < slot.end && slot.start < other.end));
}

/** Whether a session may begin at this moment: whether it is among the slots. */
export function isOffered(wanted: SlotsWanted, start: number): boolean {
  return slotsBetween(wanted, start, start + 1).length > 0;
}

function startsWithin({ start, end }: Interval, minutes: number): number[] {
  const count = Math.floor((end - start - minutes * MINUTE) / (SLOT_STEP_MINUTES * MINUTE)) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, step) => start + step * SLOT_STEP_MINUTES * MINUTE);
}

/** The local days of which any instant lies between. */
function daysBetween(from: number, to: number, zone: string): Temporal.PlainDate[] {
  const dateOf = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  const first = dateOf(from);
  const days = first.until(dateOf(to)).days;
  return Array.from({ length: days + 1 }, (_, n) => first.add({ days: n }));
}
