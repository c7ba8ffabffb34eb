import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nextPeriod, periodOf } from './calendar.ts';

describe('the calendar', () => {
  it('has weeks that begin on Mondays, in the zone of whoever asks', () => {
    const at = new Date('2026-11-01T23:30:00Z');
    assert.equal(periodOf(at, 'week', 'UTC'), '2026-10-26');
    assert.equal(periodOf(at, 'week', 'Europe/Berlin'), '2026-11-02');
    assert.equal(periodOf(at, 'day', 'America/New_York'), '2026-11-01');
  });

  it('tells the two hours apart that are the same by the clock when it goes back', () => {
    const hours = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((at) =>
      periodOf(new Date(at), 'hour', 'Europe/Berlin'),
    );
    assert.deepEqual(hours, ['2026-10-25T02:00+02:00', '2026-10-25T02:00+01:00']);
  });

  it('goes from each period to the next without leaving any out', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/Santiago', 'Asia/Kolkata', 'Pacific/Apia'];
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        fc.constantFrom(...zones),
        fc.constantFrom('day', 'week', 'hour'),
        (at, zone, unit) => {
          const period = periodOf(at, unit, zone);
          const next = nextPeriod(period, unit, zone);
          assert.ok(Date.parse(next) > Date.parse(period));
          const steps = { hour: 1, day: 24, week: 24 * 7 }[unit];
          const later = periodOf(new Date(at.getTime() + steps * 3_600_000), unit, zone);
          // A clock that is changed makes a day longer or shorter than its hours.
          assert.ok(
            [period, next, nextPeriod(next, unit, zone)].includes(later),
            `${period} ${next} ${later}`,
          );
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});
