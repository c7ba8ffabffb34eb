import { textOf } from './html.ts';

type Period = 'hour' | 'day' | 'week' | 'month' | 'year';

/** What is paid, as far as the source says it so that it can be compared; `text` is what it says in its own words. */
export type Salary = {
  min: number | null;
  max: number | null;
  /** ISO 4217. */
  currency: string | null;
  period: Period | null;
  text: string | null;
};

type Told = { min?: unknown; max?: unknown; currency?: unknown; period?: unknown; text?: unknown };

const HIGHEST = 1_000_000_000;
const LONGEST_TEXT = 500;

/** Null: nothing is said. A range that cannot be (0, upside down, without a currency) is left out. */
export function salaryOf({ min, max, currency, period, text }: Told): Salary | null {
  const range = rangeOf(amountOf(min), amountOf(max), currency);
  const words = typeof text === 'string' ? textOf(text).slice(0, LONGEST_TEXT).toWellFormed().trim() : '';
  if (range === null && words === '') return null;
  return {
    ...(range ?? { min: null, max: null, currency: null }),
    period: range && periodOf(period),
    text: words === '' ? null : words,
  };
}

/** By words of any source: `per-year-salary`, `1 YEAR`, `HOUR`, `per-hour-wage`, `annual`, `p.a.`. */
export function periodOf(words: unknown): Period | null {
  if (typeof words !== 'string') return null;
  const found = PERIOD_WORDS.filter(([, pattern]) => pattern.test(words));
  return found.length === 1 ? found[0]![0] : null;
}

/**
 * Of free text: one amount, or a range, of one currency, is understood; anything else stays text only. A bare dollar is taken for that
 * of the United States.
 */
export function salaryFromText(text: unknown): Salary | null {
  if (typeof text !== 'string') return null;
  const words = textOf(text).slice(0, LONGEST_TEXT);
  // A plan for old age of the United States, and not what is paid.
  const without = words.replace(/\b401\s*\(?k\)?/gi, ' ');
  const amounts = [...without.matchAll(AMOUNT)];
  const currencies = new Set(CURRENCIES.filter(([, sign]) => sign.test(without)).map(([code]) => code));
  const isClear = (amounts.length === 1 || amounts.length === 2) && currencies.size === 1;
  if (!isClear) return salaryOf({ text: words });
  const inThousands = (index: number) => amounts[index]?.[2] !== undefined;
  const values = amounts.map(
    ([, digits], index) =>
      // In '40-50k' the one letter counts for both.
      numberOf(digits!) *
      (inThousands(index) || (index === 0 && inThousands(1) && numberOf(digits!) < 1_000) ? 1_000 : 1),
  );
  const upTo = /\b(up to|max)/i.test(without) && values.length === 1;
  const from = /(\bfrom\b|\bmin|\+)/i.test(without) && values.length === 1;
  return salaryOf({
    min: upTo ? undefined : values[0],
    max: from ? undefined : values.at(-1),
    currency: [...currencies][0],
    period: without,
    text: words,
  });
}

const AMOUNT = /(?<![\w.,])(?:[A-Z]{0,3}[$€£¥₹]\s?)?(\d[\d.,' ]*\d|\d)\s?(k\b)?/gi;
const PERIOD_WORDS: [Period, RegExp][] = [
  ['hour', /\bhour|\bhr\b|\bph\b|\/\s?h\b/i],
  ['day', /\bday\b|\bdaily|\/\s?d\b/i],
  ['week', /\bweek/i],
  ['month', /\bmonth|\/\s?mo\b/i],
  ['year', /\byear|\byr\b|\bann(um|ual)|\bp\.?a\b/i],
];
const CURRENCIES: [string, RegExp][] = [
  ['USD', /(?<![A-Z])(?:US)?\$|\bUSD\b/i],
  ['CAD', /\bCA?\$|\bCAD\b/],
  ['AUD', /\bAU?\$|\bAUD\b/],
  ['EUR', /€|\bEUR\b/i],
  ['GBP', /£|\bGBP\b/i],
  ['CHF', /\bCHF\b/i],
  ['INR', /₹|\bINR\b/i],
  ['JPY', /¥|\bJPY\b/i],
  ['SEK', /\bSEK\b/i],
  ['PLN', /\bPLN\b/i],
];

/** Points and commas before three digits part thousands, whichever land it is. */
function numberOf(digits: string): number {
  return Number(
    digits
      .replace(/[' ]/g, '')
      .replace(/[.,](?=\d{3}(\D|$))/g, '')
      .replace(',', '.'),
  );
}

function rangeOf(
  min: number | null,
  max: number | null,
  currency: unknown,
): Pick<Salary, 'min' | 'max' | 'currency'> | null {
  const code = typeof currency === 'string' ? currency.trim().toUpperCase() : '';
  if ((min === null && max === null) || !/^[A-Z]{3}$/.test(code)) return null;
  return min !== null && max !== null && min > max ? null : { min, max, currency: code };
}

function amountOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number > 0 && number <= HIGHEST ? number : null;
}
