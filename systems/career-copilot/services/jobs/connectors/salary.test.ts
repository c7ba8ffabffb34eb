import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { periodOf, salaryFromText } from './salary.ts';

const told = (text: string) => {
  const salary = salaryFromText(text);
  return salary && [salary.min, salary.max, salary.currency, salary.period];
};

describe('what is paid, told in free text', () => {
  const understood: [string, (number | string | null)[]][] = [
    ['$40,000 - $50,000', [40_000, 50_000, 'USD', null]],
    ['$120k–$150k per year', [120_000, 150_000, 'USD', 'year']],
    ['40-50k EUR', [40_000, 50_000, 'EUR', null]],
    ['€60.000 bis €80.000', [60_000, 80_000, 'EUR', null]],
    ['£45/hour', [45, 45, 'GBP', 'hour']],
    ['USD 22.50 - 30.75 hourly wage per hour', [22.5, 30.75, 'USD', 'hour']],
    ["CHF 100'000 p.a.", [100_000, 100_000, 'CHF', 'year']],
    ['C$90,000', [90_000, 90_000, 'CAD', null]],
    ['up to $90k', [null, 90_000, 'USD', null]],
    ['from 3000 PLN / month', [3_000, null, 'PLN', 'month']],
    ['$100k, 401(k)', [100_000, 100_000, 'USD', null]],
    ['&pound;30,000', [30_000, 30_000, 'GBP', null]],
  ];
  for (const [text, expected] of understood)
    it(`is understood: ${text}`, () => assert.deepEqual(told(text), expected));

  for (const text of [
    'Competitive',
    '$80k in Austin, $90k in NYC, $95k in SF',
    '$80k or €70k',
    '80 to 90',
    '$90k - $80k',
    '$0',
  ])
    it(`stays as it is: ${text}`, () => {
      assert.deepEqual(told(text), [null, null, null, null]);
      assert.equal(salaryFromText(text)!.text, text);
    });

  it('is nothing where nothing is told', () => {
    for (const nothing of ['', '  ', '<br>', null, undefined, 5, {}])
      assert.equal(salaryFromText(nothing), null);
  });

  it('is never a range upside down, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.,'k$€ -/hyear") }), (text) => {
        const { min = null, max = null } = salaryFromText(text) ?? {};
        assert.ok(min === null || max === null || (min > 0 && min <= max));
      }),
    );
  });
});

it('periods of all sources are known, and two in one text are none', () => {
  const words = {
    'per-year-salary': 'year',
    '1 YEAR': 'year',
    HOUR: 'hour',
    'per-hour-wage': 'hour',
    'per month': 'month',
  };
  for (const [text, period] of Object.entries(words)) assert.equal(periodOf(text), period, text);
  for (const none of ['', 'NONE', 'an hour, twice a week', undefined, 5]) assert.equal(periodOf(none), null);
});
