/** Whether a number is of the currency itself (euros) or of its smallest part (cents), of which the currency says how many make one. */
export type MoneyUnit = 'major' | 'minor';

/** A whole amount has no decimals: `€50,000`, `12,50 €`. `currency` by ISO 4217; of what is none only the name is told. */
export function formatMoney(
  locale: string,
  amount: number,
  { currency, unit = 'major' }: { currency: string; unit?: MoneyUnit },
): string {
  const value = unit === 'minor' ? amount / 10 ** decimalsOf(currency) : amount;
  if (!isCurrency(currency)) return `${new Intl.NumberFormat(locale).format(value)} ${currency}`.trim();
  return moneyFormat(locale, currency, [value]).format(value);
}

/** From, to, or both, in whole units: `€50,000 – €60,000`. Null: no amount is known. */
export function formatMoneyRange(
  locale: string,
  [from, to]: readonly [from: number | null, to: number | null],
  currency: string,
): string | null {
  if (from === null && to === null) return null;
  if (from === null || to === null || from === to) return formatMoney(locale, (from ?? to)!, { currency });
  if (isCurrency(currency)) return moneyFormat(locale, currency, [from, to]).formatRange(from, to);
  return `${new Intl.NumberFormat(locale).formatRange(from, to)} ${currency}`.trim();
}

function moneyFormat(locale: string, currency: string, values: number[]): Intl.NumberFormat {
  const isWhole = values.every(Number.isInteger);
  const key = `${locale} ${currency} ${isWhole}`;
  const known = formats.get(key);
  if (known) return known;
  const fraction = isWhole ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {};
  const made = new Intl.NumberFormat(locale, { style: 'currency', currency, ...fraction });
  formats.set(key, made);
  return made;
}

/** Of the languages and currencies of a page there are a few; to make one takes longer than all else in a row of a list. */
const formats = new Map<string, Intl.NumberFormat>();

function decimalsOf(currency: string): number {
  if (!isCurrency(currency)) return 2;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits!;
}

/** Three letters; which of them are in use the formatter itself knows. */
function isCurrency(text: string): boolean {
  return /^[A-Za-z]{3}$/.test(text);
}
