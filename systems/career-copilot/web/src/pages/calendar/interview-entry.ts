import { fromAbsolute, parseDateTime, toCalendarDateTime, toZoned } from '@internationalized/date';
import { type Static, Type } from 'typebox';
import { NewInterview } from '../../../../api/calendar.ts';
import type { Interview } from './entries.ts';

const { application_id, title, location } = NewInterview.properties;

/** What is entered of an interview: when it begins as the clock on the wall says it, `2026-06-02T10:30`, and how long it takes. */
export const InterviewFields = Type.Object({
  application_id,
  title,
  location,
  starts: Type.String({ minLength: 1 }),
  minutes: Type.Integer({ minimum: 5, maximum: 1_440 }),
});
export type InterviewFields = Static<typeof InterviewFields>;

export type InterviewEntry = {
  application_id: number | null;
  title: string;
  location: string;
  starts: string | null;
  minutes: number;
};

/** Lengths that are offered, minutes. */
export const LENGTHS = [30, 45, 60, 90, 120, 180, 240] as const;
const USUAL_MINUTES = 60;
const USUAL_HOUR = '10:00';
const MINUTE_MS = 60_000;

/** At a usual hour of a day, `2026-06-02`; once that is over, at the next full one. `now`: what the clock on the wall says, `2026-06-02T15:20…`. */
export function freshEntry({
  day,
  application,
  now,
}: {
  day: string;
  application: number | null;
  now: string;
}): InterviewEntry {
  const usual = `${day}T${USUAL_HOUR}`;
  const isOver = now.startsWith(day) && usual <= now;
  const next = parseDateTime(now.slice(0, 13).concat(':00')).add({ hours: 1 }).toString().slice(0, 16);
  return {
    application_id: application,
    title: '',
    location: '',
    starts: isOver ? next : usual,
    minutes: USUAL_MINUTES,
  };
}

export function entryOf(interview: Interview, zone: string): InterviewEntry {
  const { application_id, title, location, starts_at, ends_at } = interview;
  return {
    application_id,
    title,
    location,
    starts: toCalendarDateTime(fromAbsolute(Date.parse(starts_at), zone))
      .toString()
      .slice(0, 16),
    minutes: Math.round((Date.parse(ends_at) - Date.parse(starts_at)) / MINUTE_MS),
  };
}

/** From when to when it is; null while no time is entered. */
export function timesOf(
  { starts, minutes }: Pick<InterviewEntry, 'starts' | 'minutes'>,
  zone: string,
): { from: Date; to: Date } | null {
  if (!starts) return null;
  const from = toZoned(parseDateTime(starts), zone).toDate();
  return { from, to: new Date(from.getTime() + minutes * MINUTE_MS) };
}

export function interviewOf(entered: InterviewFields, zone: string): NewInterview {
  const { from, to } = timesOf(entered, zone)!;
  const { application_id, title, location = '' } = entered;
  return {
    application_id,
    title,
    location,
    starts_at: from.toISOString(),
    ends_at: to.toISOString(),
  };
}
