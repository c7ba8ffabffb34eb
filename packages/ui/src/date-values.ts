import {
  CalendarDate,
  type CalendarDateTime,
  parseDate,
  parseDateTime,
  parseTime,
  Time,
} from '@internationalized/date';

/** "2026-11-27" as the library's date; null for what is no day of the calendar. */
export function dayOf(text: string | null | undefined): CalendarDate | null {
  return attempt(text, (valid) => parseDate(valid));
}

/** "2026-11-27T10:30" as the library's date and time, of no zone: the page knows whose clock it is. */
export function momentOf(text: string | null | undefined): CalendarDateTime | null {
  return attempt(text, (valid) => parseDateTime(valid));
}

/** "10:30" as the library's time of a day. */
export function timeOf(text: string | null | undefined): Time | null {
  return attempt(text, (valid) => parseTime(valid));
}

/** The text of a value, to the minute: what dayOf, momentOf and timeOf read. */
export function textOf(value: CalendarDate | CalendarDateTime | Time | null): string | null {
  if (value === null) return null;
  if (value instanceof Time) return value.toString().slice(0, 5);
  if (value instanceof CalendarDate) return value.toString();
  return value.toString().slice(0, 16);
}

function attempt<Value>(text: string | null | undefined, parse: (text: string) => Value): Value | null {
  if (!text) return null;
  try {
    return parse(text);
  } catch {
    return null;
  }
}
