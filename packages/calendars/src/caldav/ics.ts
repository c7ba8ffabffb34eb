/** Events as calendars of CalDAV have them (RFC 5545): pure. Reading and writing of the format is ical.js'. */
import { calendarOf, writeEvent } from '@banyan/service/calendar';
import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { type BusyTime, busyTime, eventIdOf, isOurs, type Ours, type OwnEvent } from '../events.ts';

const DAY_MS = 86_400_000;
const MOST_TIMES = 1_000;
/** Of more characters a zone is none; to look at them takes a time that grows with their square. */
const LONGEST_ZONE = 100;

/** Whether an object comes again and again, so that its times have to be written out. */
export function hasRule(ics: string): boolean {
  const events = parsed(ics)?.getAllSubcomponents('vevent') ?? [];
  return events.some((event) => event.hasProperty('rrule') || event.hasProperty('rdate'));
}

/**
 * The times that an object of a calendar blocks. What comes again and again the server has written out, each time in UTC: a rule that is in it
 * all the same is not followed. Of one that leaves one free, was cancelled, is ours or cannot be read there are none.
 */
export function busyTimesIn(ours: Ours, ics: string): BusyTime[] {
  const events = parsed(ics)?.getAllSubcomponents('vevent') ?? [];
  return events.slice(0, MOST_TIMES).flatMap((event) => {
    try {
      return busyTimeOf(ours, event) ?? [];
    } catch {
      // A value that is none of its type is found when it is looked at.
      return [];
    }
  });
}

function busyTimeOf(ours: Ours, event: ICAL.Component): BusyTime | undefined {
  const text = (name: string) => String(event.getFirstPropertyValue(name) ?? '');
  const isFree = text('status') === 'CANCELLED' || text('transp') === 'TRANSPARENT';
  if (isFree || isOurs(ours, text('uid'))) return undefined;
  const start = instantOf(event.getFirstProperty('dtstart'));
  return busyTime(text('summary'), start?.at, start && endOf(event, start));
}

/** An event of ours as a new object. `now`: when it was written. */
export function icsOf(ours: Ours, one: OwnEvent, now: Date): string {
  return calendarOf([{ uid: eventIdOf(ours, one.key), ...one }], ours.product, now);
}

/** The object that is there, with our event as it is now: what its owner has added stays. One that cannot be read is written anew. */
export function icsWith(ours: Ours, there: string, one: OwnEvent, now: Date): string {
  const calendar = parsed(there);
  const event = calendar?.getFirstSubcomponent('vevent');
  if (!calendar || !event) return icsOf(ours, one, now);
  const sequence = Number(event.getFirstPropertyValue('sequence') ?? 0);
  event.removeAllProperties('duration');
  const next = Number.isSafeInteger(sequence) ? sequence + 1 : 1;
  writeEvent(event, { ...one, sequence: next }, now);
  return calendar.toString();
}

function parsed(ics: string): ICAL.Component | undefined {
  try {
    const component = new ICAL.Component(ICAL.parse(ics) as never);
    return component.name === 'vcalendar' ? component : undefined;
  } catch {
    return undefined;
  }
}

type Instant = { at: Date; isDay: boolean };

/** A time with the name of a zone of the IANA list is of that zone; a whole day, and a time without any, as if it were in UTC. */
function instantOf(property: ICAL.Property | null): Instant | undefined {
  const value = property?.getFirstValue();
  if (!property || !(value instanceof ICAL.Time)) return undefined;
  const { year, month, day, hour, minute, second, isDate: isDay } = value;
  const time = isDay ? {} : { hour, minute, second };
  const timeZone = isDay || isUtc(value) ? 'UTC' : zoneOf(String(property.getFirstParameter('tzid') ?? ''));
  const parts = { year, month, day, ...time, timeZone };
  const at = Temporal.ZonedDateTime.from(parts, { overflow: 'reject' }).epochMilliseconds;
  return { at: new Date(at), isDay };
}

function isUtc(value: ICAL.Time): boolean {
  return value.zone === ICAL.Timezone.utcTimezone;
}

/** Some programs write `/freeassociation.sourceforge.net/Europe/Berlin`. One that nobody knows counts as UTC. */
function zoneOf(tzid: string): string {
  const end = tzid.slice(-LONGEST_ZONE);
  const name = /[A-Za-z_]+\/[A-Za-z_]+(\/[A-Za-z_]+)?$/.exec(end)?.[0] ?? end;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

function endOf(event: ICAL.Component, start: Instant): Date | undefined {
  const end = instantOf(event.getFirstProperty('dtend'));
  if (end) return end.at;
  const duration = event.getFirstPropertyValue('duration');
  if (duration instanceof ICAL.Duration) return new Date(start.at.getTime() + duration.toSeconds() * 1_000);
  return start.isDay ? new Date(start.at.getTime() + DAY_MS) : undefined;
}
