import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { calDavContract, icsOf as calendarOf } from '../testing/caldav-contract.ts';
import { startCalDav } from '../testing/caldav-server.ts';
import { busyTimesIn, icsOf, icsWith } from './ics.ts';

const OURS = { prefix: 'oneofours', product: '-//Banyan//Tests//EN' };

calDavContract(startCalDav, OURS);

const NOW = new Date('2026-11-27T10:00:00Z');
const at = (ms: number) => new Date(ms - (ms % 1_000));

it('whatever an event of ours is called, its event is read as it was written', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(
      fc.uuid(),
      texts,
      texts,
      fc.nat(4e12),
      fc.integer({ min: 1_000, max: 1e9 }),
      (key, title, location, from, for_) => {
        const one = { key, title, location, startsAt: at(from), endsAt: at(from + for_ + 1_000) };
        // Ours block nothing: with the id of somebody else it is a time like any other.
        const theirs = (ics: string) => busyTimesIn(OURS, ics.replace(/^UID:.*$/m, 'UID:theirs'));
        for (const ics of [
          icsOf(OURS, one, NOW),
          icsWith(OURS, icsOf(OURS, { ...one, title: 'before' }, NOW), one, NOW),
        ]) {
          assert.deepEqual(busyTimesIn(OURS, ics), []);
          const [time] = theirs(ics);
          assert.deepEqual([time?.startsAt, time?.endsAt], [one.startsAt, one.endsAt]);
        }
      },
    ),
    { numRuns: 20 },
  );
});

it('zones are those of the IANA list, also behind the prefix of a program; one that nobody knows is UTC', () => {
  const startIn = (tzid: string) => {
    const times = busyTimesIn(
      OURS,
      calendarOf(['UID:a', `DTSTART;TZID="${tzid}":20260701T090000`, 'DURATION:PT1H']),
    );
    return times[0]?.startsAt.toISOString();
  };
  assert.equal(startIn('America/New_York'), '2026-07-01T13:00:00.000Z');
  assert.equal(startIn('/mozilla.org/20050126_1/Europe/Berlin'), '2026-07-01T07:00:00.000Z');
  assert.equal(startIn('America/Argentina/Buenos_Aires'), '2026-07-01T12:00:00.000Z');
  assert.equal(startIn('Nobody knows'), '2026-07-01T09:00:00.000Z');
  assert.equal(startIn('a'.repeat(1_000_000)), '2026-07-01T09:00:00.000Z');
});

it('what is no calendar, and times that are none, block nothing', () => {
  for (const ics of ['', 'nonsense', 'BEGIN:VCALENDAR', '{"a":1}', 'BEGIN:VEVENT\r\nEND:VEVENT'])
    assert.deepEqual(busyTimesIn(OURS, ics), []);
  for (const lines of [[], ['DTSTART:x'], ['DTSTART:20261201T090000Z']])
    assert.deepEqual(busyTimesIn(OURS, calendarOf(['UID:a', ...lines])), []);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void busyTimesIn(OURS, calendarOf([text]))));
});

it('a rule that would never come to an end is not followed', () => {
  const rule = 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30';
  const times = busyTimesIn(OURS, calendarOf(['UID:a', 'DTSTART:20261201T090000Z', 'DURATION:PT1H', rule]));
  assert.equal(times.length, 1);
});
