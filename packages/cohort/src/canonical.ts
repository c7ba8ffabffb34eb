import pg from 'pg';

/**
 * The canonical form of a key: what is hashed, at the gateway (of the request's text) and in the databases (of the
 * column's text). Texts that some backend takes for one key have to share it, so it is deliberately coarse; two rows
 * that share it are always on one side, which hurts nobody.
 *
 * 1. ASCII blanks at both ends do not count. What is then empty is no key: null.
 * 2. The case of ASCII letters does not count.
 * 3. An integer has no plus sign, no leading zeros and no empty fraction: `+007` and `7.00` are `7`, `-0` is `0`.
 * 4. A UUID has its hyphens, no braces and no `urn:uuid:`. One of decimal digits only is an integer: without its hyphens nobody
 *    can tell the two apart.
 *
 * All else stands for itself: `0x7`, `1e3`, `1_000` and digits of other scripts are keys of their own.
 */
export function canonicalKey(text: string): string | null {
  let key = trim(text);
  if (key === '') return null;
  if (UPPER.test(key)) key = key.replace(UPPERS, (letters) => letters.toLowerCase());
  if (key.length >= UUID_DIGITS) key = key.replace(DECIMAL_UUID, '$1$2$3$4$5');
  for (const { pattern, parts } of SPELLINGS) {
    const found = pattern.exec(key);
    if (found) return parts(found);
  }
  return key;
}

/** The same as an SQL expression over `expr` of any type; NULL where there is no key. */
export function canonicalKeySql(expr: string): string {
  const text = `lower(btrim((${expr})::text, ${quote(BLANKS)}) COLLATE "C")`;
  const undashed = `regexp_replace(${text}, ${quote(DECIMAL_UUID.source)}, '\\1\\2\\3\\4\\5')`;
  const spelt = SPELLINGS.reduce(
    (sql, { pattern, replacement }) =>
      `regexp_replace(${sql}, ${quote(pattern.source)}, ${quote(replacement)})`,
    undashed,
  );
  return `nullif(${spelt}, '')`;
}

const BLANKS = ' \t\n\v\f\r';
const UPPER = /[A-Z]/;
const UPPERS = /[A-Z]+/g;

const UUID_DIGITS = 32;
const DECIMAL_UUID = /^(?:urn:uuid:)?[{]?([0-9]{8})-?([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{12})[}]?$/;

/** Regular expressions that JavaScript and PostgreSQL read alike. No text matches two, nor one what the other has made. */
const SPELLINGS = [
  {
    pattern: /^(?:[+-]?0*(0)|[+]?0*([1-9][0-9]*)|(-)0*([1-9][0-9]*))(?:[.]0*)?$/,
    replacement: '\\1\\2\\3\\4',
    parts: ([, zero = '', digits = '', minus = '', negative = '']: RegExpExecArray) =>
      zero + digits + minus + negative,
  },
  {
    pattern:
      /^(?![0-9]{32}$)(?:urn:uuid:)?[{]?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})[}]?$/,
    replacement: '\\1-\\2-\\3-\\4-\\5',
    parts: ([, ...groups]: RegExpExecArray) => groups.join('-'),
  },
];

/** Not by a regular expression: one for both ends takes quadratic time on long runs of blanks. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANKS.includes(text[start]!)) start++;
  while (end > start && BLANKS.includes(text[end - 1]!)) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

const quote = pg.escapeLiteral;
