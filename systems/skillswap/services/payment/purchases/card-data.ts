/** Whether somebody sends the number of a card where none belongs: pure. Nothing of it is told, kept or logged. */

/** Digits as cards have them, also in groups; not what is part of a longer number, or of a UUID. */
const LIKE_A_CARD = /(?<![\da-f]|[\da-f]-)\d(?:[ -]?\d){12,18}(?![\da-f]|-[\da-f])/gi;

/** Looks into all that a request has, names too. */
export function hasCardNumber(value: unknown): boolean {
  if (typeof value === 'string') return isCardIn(value);
  if (typeof value === 'number') return isCardIn(String(value));
  if (Array.isArray(value)) return value.some(hasCardNumber);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, one]) => isCardIn(name) || hasCardNumber(one));
}

function isCardIn(text: string): boolean {
  for (const [run] of text.matchAll(LIKE_A_CARD)) {
    const digits = run.replace(/\D/g, '');
    if (passesLuhn(digits)) return true;
  }
  return false;
}

/** The check digit of all cards' numbers (ISO/IEC 7812). */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
