import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { isOffered, NOTICE_HOURS, SESSION_MINUTES, SLOT_STEP_MINUTES, slotsBetween } from './slots.ts';
import {
  type Availability,
  hoursOfDay,
  type Interval,
  minutesOf,
  type WeeklyHours,
  whyNotHours,
} from './weekly-hours.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Clocks that are set at 2, at 3, at midnight, by half an hour, by a whole day, and never. */
const ZONES = [
  'America/New_York',
  'Europe/Berlin',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kolkata',
];

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const hours: fc.Arbitrary<WeeklyHours> = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 96 }))
  .filter(([, from, to]) => from < to)
  .map(([weekday, from, to]) => ({ weekday, from: clock(from * 15), to: clock(to * 15) }));

const availability: fc.Arbitrary<Availability> = fc.record({
  zone: fc.constantFrom(...ZONES),
  hours: fc.array(hours, { minLength: 1, maxLength: 8 }).filter((all) => whyNotHours(all) === null),
});

/** Around the changes of 2026, and that of Samoa, which had no 30 December 2011. */
const now = fc
  .tuple(
    fc.constantFrom(
      '2026-03-08',
      '2026-03-29',
      '2026-04-05',
      '2026-09-06',
      '2026-10-25',
      '2026-11-01',
      '2011-12-30',
    ),
    fc.integer({ min: -3 * 24 * 60, max: 24 * 60 }),
  )
  .map(([day, minutes]) => Date.parse(`${day}T00:00:00Z`) + minutes * 60_000);

const minutes = fc.constantFrom(...SESSION_MINUTES);

/** By the definition, minute by minute: does the clock on the wall show one of the hours? */
function isAvailable({ zone, hours }: Availability, at: number): boolean {
  const shown = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const minute = shown.hour * 60 + shown.minute;
  return hours.some(
    ({ weekday, from, to }) =>
      weekday === shown.dayOfWeek && minutesOf(from) <= minute && minute < minutesOf(to),
  );
}

describe('slots', () => {
  it('are where the clock on the wall shows the hours from beginning to end, whenever it is set', () => {
    fc.assert(
      fc.property(availability, now, minutes, (availability, now, minutes) => {
        const slots = slotsBetween({ availability, taken: [], minutes, now }, now, now + 4 * DAY);
        for (const { start, end } of slots) {
          assert.equal(end - start, minutes * 60_000);
          for (let at = start; at < end; at += 15 * 60_000) assert.ok(isAvailable(availability, at));
          assert.ok(isAvailable(availability, end - 60_000));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leave out nothing: all minutes of the hours of a day are in its intervals, and no others', () => {
    fc.assert(
      fc.property(availability, now, (availability, now) => {
        const at = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(availability.zone);
        const intervals = hoursOfDay(availability, at.toPlainDate());
        const start = at.startOfDay().epochMilliseconds;
        const end = at.toPlainDate().add({ days: 1 }).toZonedDateTime(availability.zone).epochMilliseconds;
        for (let minute = start; minute < end; minute += 15 * 60_000)
          assert.equal(
            intervals.some((one) => one.start <= minute && minute < one.end),
            isAvailable(availability, minute),
            new Date(minute).toISOString(),
          );
      }),
      { numRuns: 60 },
    );
  });

  it('can be booked, each one, until it is taken; then nothing that is offered touches it', () => {
    fc.assert(
      fc.property(availability, now, fc.array(fc.tuple(minutes, fc.nat())), (availability, now, bookings) => {
        const taken: Interval[] = [];
        for (const [minutes, choice] of bookings) {
          const wanted = { availability, taken, minutes, now };
          const slots = slotsBetween(wanted, now, now + 4 * DAY);
          for (const { start } of slots) assert.ok(isOffered(wanted, start));
          const chosen = slots[choice % Math.max(1, slots.length)];
          if (!chosen) continue;
          taken.push(chosen);
          assert.ok(!isOffered(wanted, chosen.start));
        }
        for (const one of taken)
          for (const other of taken)
            assert.ok(one === other || one.end <= other.start || other.end <= one.start);
      }),
      { numRuns: 40 },
    );
  });

  it('are the same whatever part of them is looked at', () => {
    fc.assert(
      fc.property(
        availability,
        now,
        minutes,
        fc.integer({ min: 1, max: 95 }),
        (availability, now, minutes, cut) => {
          const wanted = { availability, taken: [], minutes, now };
          const [end, middle] = [now + 4 * DAY, now + cut * HOUR];
          const parts = [...slotsBetween(wanted, now, middle), ...slotsBetween(wanted, middle, end)];
          assert.deepEqual(parts, slotsBetween(wanted, now, end));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keep the notice in hours that pass, also over a change of the clock', () => {
    const allDay = { zone: 'America/New_York', hours: [{ weekday: 7, from: '00:00', to: '24:00' }] };
    // 1:30 a.m., half an hour before clocks are put forward to 3.
    const now = Date.parse('2026-03-08T01:30:00-05:00');
    const [first] = slotsBetween({ availability: allDay, taken: [], minutes: 60, now }, now, now + DAY);
    assert.equal(first?.start, now + NOTICE_HOURS * HOUR);
    assert.equal(new Date(first!.start).toISOString(), '2026-03-08T08:30:00.000Z');
  });

  it('of a day with 23 hours are an hour fewer, and of one with 25 an hour more', () => {
    const onSundays = { zone: 'Europe/Berlin', hours: [{ weekday: 7, from: '00:00', to: '24:00' }] };
    const of = (day: string) => {
      const start = Temporal.PlainDate.from(day).toZonedDateTime('Europe/Berlin').epochMilliseconds;
      const wanted = { availability: onSundays, taken: [], minutes: 30, now: start - DAY };
      return slotsBetween(wanted, start, start + 26 * HOUR).length * SLOT_STEP_MINUTES;
    };
    assert.deepEqual(['2026-03-22', '2026-03-29', '2026-10-25'].map(of), [24 * 60, 23 * 60, 25 * 60]);
  });
});

it('hours that overlap or end before they begin are none', () => {
  const on = (weekday: number, from: string, to: string) => ({ weekday, from, to });
  assert.equal(
    whyNotHours([on(1, '09:00', '12:00'), on(1, '12:00', '24:00'), on(2, '10:00', '11:00')]),
    null,
  );
  assert.match(whyNotHours([on(1, '09:00', '12:00'), on(1, '11:59', '13:00')])!, /overlap/);
  assert.match(whyNotHours([on(1, '09:00', '09:00')])!, /before they begin/);
});
