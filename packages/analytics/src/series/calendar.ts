/** Hours, days and weeks as somebody in a zone counts them. Pure. */

export type Unit = 'hour' | 'day' | 'week';

/**
 * The hour, day or week that a moment falls into: `2026-11-01T02:00+01:00` (with its offset, since one hour comes twice when the clock
 * goes back), `2026-11-01`, or the Monday of its week.
 */
export function periodOf(at: Date, unit: Unit, zone: string): string {
  const { date, hour, offset } = partsOf(at, zone);
  if (unit === 'hour') return `${date}T${hour}:00${offset}`;
  return unit === 'day' ? date : mondayOf(date);
}

/** The period that follows. */
export function nextPeriod(period: string, unit: Unit, zone: string): string {
  if (unit === 'hour') return periodOf(new Date(Date.parse(period) + HOUR_MS), unit, zone);
  return addDays(period, unit === 'day' ? 1 : 7);
}

function mondayOf(date: string): string {
  const daysSinceMonday = (new Date(date).getUTCDay() + 6) % 7;
  return addDays(date, -daysSinceMonday);
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

function partsOf(at: Date, zone: string): { date: string; hour: string; offset: string } {
  if (zone === 'UTC') {
    const text = at.toISOString();
    return { date: text.slice(0, 10), hour: text.slice(11, 13), offset: '+00:00' };
  }
  const of = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const offset = of.timeZoneName!.slice('GMT'.length) || '+00:00';
  return { date: `${of.year}-${of.month}-${of.day}`, hour: of.hour!, offset };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than a thousand uses. Throws where there is no such zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
  if (formats.size < MOST_ZONES) formats.set(timeZone, made);
  return made;
}

const HOUR_MS = 3_600_000;
/** There are some 600; any spelling of their letters is one. */
const MOST_ZONES = 1_000;
