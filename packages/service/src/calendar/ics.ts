/** Events as programs of calendars have them (RFC 5545): pure. Reading and writing of the format is ical.js'. */
import ICAL from 'ical.js';

/** A time in somebody's calendar. `uid`: for ever, by which programs know it again when it moves. */
export type CalendarEvent = {
  uid: string;
  title: string;
  /** Empty: none. */
  location: string;
  startsAt: Date;
  endsAt: Date;
  /** Each change has a greater one: programs keep what they have of an older one. */
  sequence?: number;
  /** What is cancelled stays in calendars that have it, struck out. */
  status?: 'TENTATIVE' | 'CONFIRMED' | 'CANCELLED';
};

/** `product`: who has written it, e.g. `-//Banyan//Career Copilot//EN`. `now`: when it was written. */
export function calendarOf(events: readonly CalendarEvent[], product: string, now: Date): string {
  const calendar = new ICAL.Component('vcalendar');
  calendar.updatePropertyWithValue('version', '2.0');
  calendar.updatePropertyWithValue('prodid', product);
  for (const one of events) {
    const event = new ICAL.Component('vevent');
    calendar.addSubcomponent(event);
    event.updatePropertyWithValue('uid', one.uid);
    writeEvent(event, one, now);
  }
  return calendar.toString();
}

/** Brings an event that is there up to date: what its owner has added to it stays. */
export function writeEvent(
  event: ICAL.Component,
  { title, location, startsAt, endsAt, sequence, status }: Omit<CalendarEvent, 'uid'>,
  now: Date,
): void {
  const times = [
    ['dtstamp', now],
    ['dtstart', startsAt],
    ['dtend', endsAt],
  ] as const;
  for (const [name, at] of times) {
    event.removeAllProperties(name);
    event.addPropertyWithValue(name, ICAL.Time.fromJSDate(at, true));
  }
  if (sequence !== undefined) event.updatePropertyWithValue('sequence', sequence);
  if (status !== undefined) event.updatePropertyWithValue('status', status);
  event.updatePropertyWithValue('summary', plain(title));
  if (location === '') event.removeAllProperties('location');
  else event.updatePropertyWithValue('location', plain(location));
}

/** Line ends are written by ical.js; other control characters a calendar may not hold. */
function plain(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .toWellFormed();
}
