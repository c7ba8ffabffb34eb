import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CalendarDate } from '@internationalized/date';
import fc from 'fast-check';
import { dayByKey, isIn, monthAround, monthOf, spanOf, textOfMonth } from './month.ts';

describe('a month', () => {
  it('has whole weeks from the day that the reader’s weeks begin with', () => {
    const june = new CalendarDate(2026, 6, 17);
    assert.deepEqual(
      ['en-GB', 'de-DE', 'en-US', 'ar-EG'].map((locale) => String(monthAround(june, locale).weeks[0]![0])),
      ['2026-06-01', '2026-06-01', '2026-05-31', '2026-05-30'],
    );
  });

  it('shows each of its days once, and nothing between', () => {
    const days = fc.record({
      year: fc.integer({ min: 1990, max: 2090 }),
      month: fc.integer({ min: 1, max: 12 }),
      locale: fc.constantFrom('en-US', 'de-DE', 'ar-EG', 'en-GB'),
    });
    fc.assert(
      fc.property(days, ({ year, month: number, locale }) => {
        const month = monthAround(new CalendarDate(year, number, 1), locale);
        const all = month.weeks.flat();
        const own = all.filter((day) => isIn(month, day)).map(({ day }) => day);
        assert.deepEqual(
          own,
          Array.from({ length: own.length }, (_, n) => n + 1),
        );
        assert.ok(own.length >= 28 && month.weeks.length >= 4 && month.weeks.length <= 6);
        for (const [n, day] of all.entries()) assert.equal(day.compare(all[0]!.add({ days: n })), 0);
      }),
    );
  });

  it('spans midnights of the reader’s zone, over a change of the clock too', () => {
    const march = monthAround(new CalendarDate(2026, 3, 1), 'de-DE');
    const { from, to } = spanOf(march, 'Europe/Berlin');
    assert.equal(from.toISOString(), '2026-02-22T23:00:00.000Z');
    assert.equal(to.toISOString(), '2026-04-05T22:00:00.000Z');
  });

  it('is walked through by the keys of a calendar', () => {
    const from = new CalendarDate(2026, 3, 31);
    const to = (key: string, locale = 'de-DE') => String(dayByKey(from, key, locale));
    assert.deepEqual(
      ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].map((key) => to(key)),
      ['2026-03-30', '2026-04-01', '2026-03-24', '2026-04-07'],
    );
    assert.deepEqual(
      [to('Home'), to('End'), to('Home', 'en-US')],
      ['2026-03-30', '2026-04-05', '2026-03-29'],
    );
    assert.deepEqual([to('PageUp'), to('PageDown')], ['2026-02-28', '2026-04-30']);
    assert.equal(dayByKey(from, 'a', 'de-DE'), null);
  });

  it('is read out of an address, and nothing else is', () => {
    assert.equal(textOfMonth(monthOf('2026-06')!), '2026-06');
    for (const text of ['2026-13', '2026', 'soon', '2026-06-01']) assert.equal(monthOf(text), null);
  });
});
