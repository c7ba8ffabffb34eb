/** The widest that PostgreSQL takes, hours. */
const WIDEST_OFFSET = 15;
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Whether a date and time by RFC 3339 is one that JavaScript and PostgreSQL know, and can write again: neither has leap seconds of every year, nor a
 * year 0, nor the offset +23:00, and the year 10000 has a digit too many. What an application made of others would be a failure of its own.
 */
export function isKnownMoment(text: string): boolean {
  const at = Date.parse(text);
  const offset = /[+-](\d\d)(?::?\d\d)?$/.exec(text.slice('0000-00-00'.length))?.[1];
  return at >= FIRST && at <= LAST && Number(offset ?? 0) <= WIDEST_OFFSET;
}
