import type { Interview } from './entries.ts';

/** Interviews as other calendars take them from a file (RFC 5545). The same interview has the same id in each file. `now`: when it was written. */
export function calendarFile(interviews: readonly Interview[], now: Date): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Banyan//Career Copilot//EN',
    ...interviews.flatMap(({ id, title, location, starts_at, ends_at }) => [
      'BEGIN:VEVENT',
      `UID:interview-${id}@career-copilot`,
      `DTSTAMP:${moment(now)}`,
      `DTSTART:${moment(new Date(starts_at))}`,
      `DTEND:${moment(new Date(ends_at))}`,
      `SUMMARY:${text(title)}`,
      ...(location === '' ? [] : [`LOCATION:${text(location)}`]),
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

/** `20260602T083000Z` */
function moment(at: Date): string {
  return at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

function text(value: string): string {
  return value.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r\n|\r|\n/g, '\\n');
}

/** No line has more than 75 octets, and none ends within a character. */
function folded(line: string): string {
  const lines = [''];
  for (const character of line) {
    if (octets(lines.at(-1)! + character) > MOST_OCTETS) lines.push(' ');
    lines[lines.length - 1] += character;
  }
  return lines.join('\r\n');
}

const MOST_OCTETS = 75;

function octets(value: string): number {
  return new TextEncoder().encode(value).length;
}
