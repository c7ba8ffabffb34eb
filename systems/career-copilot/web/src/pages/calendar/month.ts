import {
  type CalendarDate,
  endOfMonth,
  isSameMonth,
  parseDate,
  startOfMonth,
  startOfWeek,
  toCalendarDate,
} from '@internationalized/date';

/** One month as it is shown: whole weeks, each from the day that the reader's weeks begin with. */
export type Month = {
  /** Its first day. */
  first: CalendarDate;
  weeks: CalendarDate[][];
};

/** `2026-06`; null for what is no month. */
export function monthOf(text: string): CalendarDate | null {
  if (!/^\d{4}-\d{2}$/.test(text)) return null;
  try {
    return parseDate(`${text}-01`);
  } catch {
    return null;
  }
}

export function textOfMonth(day: CalendarDate): string {
  return day.toString().slice(0, 7);
}

export function monthAround(day: CalendarDate, locale: string): Month {
  const first = startOfMonth(toCalendarDate(day));
  const from = startOfWeek(first, locale);
  const last = endOfMonth(first);
  const weeks: CalendarDate[][] = [];
  for (let monday = from; monday.compare(last) <= 0; monday = monday.add({ weeks: 1 }))
    weeks.push(Array.from({ length: DAYS }, (_, n) => monday.add({ days: n })));
  return { first, weeks };
}

/** All that is shown of a month, from its first moment to the one after its last, in the reader's zone. */
export function spanOf({ weeks }: Month, zone: string): { from: Date; to: Date } {
  const lastWeek = weeks.at(-1)!;
  return { from: weeks[0]![0]!.toDate(zone), to: lastWeek.at(-1)!.add({ days: 1 }).toDate(zone) };
}

export function isIn(month: Month, day: CalendarDate): boolean {
  return isSameMonth(month.first, day);
}

/** Where a key leads from a day, as calendars have it; null: nowhere. */
export function dayByKey(day: CalendarDate, key: string, locale: string): CalendarDate | null {
  const leads: Record<string, () => CalendarDate> = {
    ArrowLeft: () => day.add({ days: -1 }),
    ArrowRight: () => day.add({ days: 1 }),
    ArrowUp: () => day.add({ days: -DAYS }),
    ArrowDown: () => day.add({ days: DAYS }),
    Home: () => startOfWeek(day, locale),
    End: () => startOfWeek(day, locale).add({ days: DAYS - 1 }),
    PageUp: () => day.add({ months: -1 }),
    PageDown: () => day.add({ months: 1 }),
  };
  return leads[key]?.() ?? null;
}

const DAYS = 7;
