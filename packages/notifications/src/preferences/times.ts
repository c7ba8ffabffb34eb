import { Temporal } from 'temporal-polyfill';
import type { QuietHours } from './preferences.ts';

/** When digests come, where the person is; those of a week on Mondays. */
const DIGEST_AT = '08:00';

/**
 * The first moment that is not in somebody's quiet hours; null if that is now. Clocks that are set may skip the end of the hours, or show it
 * twice: what counts is what a clock on the wall shows at each moment.
 */
export function quietUntil(now: Date, quiet: QuietHours | null, zone: string): Date | null {
  if (quiet === null || !isQuiet(now, quiet, zone)) return null;
  const { start, date, next } = local(now, zone);
  const ends = [date, date.add({ days: 1 })].flatMap((day) => momentsOf(day, quiet.to, zone));
  const candidates = [...ends, ...next].filter((moment) => moment > start).sort((a, b) => a - b);
  const end = candidates.map((moment) => new Date(moment)).find((moment) => !isQuiet(moment, quiet, zone));
  return end ?? null;
}

/** The next time at which a digest is sent, later than `now`. */
export function nextDigest(now: Date, way: 'daily' | 'weekly', zone: string): Date {
  const { start, date } = local(now, zone);
  for (let days = 0; ; days++) {
    const day = date.add({ days });
    if (way === 'weekly' && day.dayOfWeek !== MONDAY) continue;
    const moment = momentsOf(day, DIGEST_AT, zone).find((one) => one > start);
    if (moment !== undefined) return new Date(moment);
  }
}

const MONDAY = 1;

function isQuiet(moment: Date, { from, to }: QuietHours, zone: string): boolean {
  const shown = zoned(moment, zone).toPlainTime().toString({ smallestUnit: 'minute' });
  return from <= to ? from <= shown && shown < to : from <= shown || shown < to;
}

/** A day's time of a wall clock as moments: two where it is shown twice, one where it is skipped. */
function momentsOf(day: Temporal.PlainDate, time: string, zone: string): number[] {
  const shown = day.toPlainDateTime(Temporal.PlainTime.from(time));
  const moments = (['earlier', 'later'] as const).map(
    (disambiguation) => shown.toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
  );
  return [...new Set(moments)].sort((a, b) => a - b);
}

function local(now: Date, zone: string) {
  const here = zoned(now, zone);
  const change = here.getTimeZoneTransition('next');
  return {
    start: now.getTime(),
    date: here.toPlainDate(),
    next: change === null ? [] : [change.epochMilliseconds],
  };
}

function zoned(moment: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(zone);
}
