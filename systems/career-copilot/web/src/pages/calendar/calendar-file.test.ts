import assert from 'node:assert/strict';
import { it } from 'node:test';
import ICAL from 'ical.js';
import { calendarFile } from './calendar-file.ts';

const NOW = new Date('2026-06-01T08:00:00.000Z');
const INTERVIEW = {
  id: 7,
  application_id: 3,
  title: `Gespräch; mit Müller, Söhne \\ Partner\nEND:VEVENT ${'ü👩‍💻'.repeat(40)}`,
  location: 'Hauptstraße 5, Berlin',
  starts_at: '2026-06-02T08:30:00.000Z',
  ends_at: '2026-06-02T09:15:00.000Z',
};

it('a file of interviews says to another calendar what they are, whatever they are called', () => {
  const file = calendarFile([INTERVIEW, { ...INTERVIEW, id: 8, title: 'Call', location: '' }], NOW);
  for (const line of file.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
  const events = new ICAL.Component(ICAL.parse(file)).getAllSubcomponents('vevent');
  const [one, other] = events.map((event) => new ICAL.Event(event));
  assert.equal(events.length, 2);
  assert.deepEqual(
    [
      one!.uid,
      one!.summary,
      one!.location,
      one!.startDate.toJSDate().toISOString(),
      one!.endDate.toJSDate().toISOString(),
    ],
    [
      'interview-7@career-copilot',
      INTERVIEW.title,
      INTERVIEW.location,
      INTERVIEW.starts_at,
      INTERVIEW.ends_at,
    ],
  );
  assert.deepEqual(
    [other!.uid, other!.summary, other!.location],
    ['interview-8@career-copilot', 'Call', null],
  );
});
