/** From when to when, as JSON Resume writes it; no end: until now. */
export type Period = { startDate?: string; endDate?: string };

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const GERMAN: Record<string, string> = { mär: 'mar', mrz: 'mar', mai: 'may', okt: 'oct', dez: 'dec' };
const MONTH = '(?:jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]{0,6}\\.?';
const POINT = `(?:${MONTH} ?,? ?(?:19|20)\\d\\d|(?:0?[1-9]|1[0-2])[/.](?:19|20)\\d\\d|(?:19|20)\\d\\d-(?:0[1-9]|1[0-2])|(?:19|20)\\d\\d)`;
const NOW = '(?:present|today|now|current|ongoing|heute|jetzt|aktuell)';
const PERIOD = new RegExp(
  `\\(?\\b(?:(?:since|seit|from|ab) (${POINT})|(${POINT}) ?(?:-|–|—|to|bis|until) ?(${POINT}|${NOW})|(${POINT}))(?![\\d\\p{L}])\\)?`,
  'iu',
);

/** The first period that a line tells, and the line without it; undefined: it tells none. A single year is when something ended. */
export function periodIn(line: string): { period: Period; rest: string } | undefined {
  const match = PERIOD.exec(line);
  if (!match) return;
  const [all, since, from, until, at] = match;
  const rest = `${line.slice(0, match.index)} ${line.slice(match.index + all.length)}`;
  const startDate = dateOf(since ?? from);
  const endDate = dateOf(until ?? at);
  return {
    period: { ...(startDate ? { startDate } : {}), ...(endDate ? { endDate } : {}) },
    rest: rest.replace(/\s+/g, ' ').replace(/^[\s,|:•–—-]+|[\s,|:•–—(-]+$/gu, ''),
  };
}

/** ISO 8601 as far as it is said. */
function dateOf(text: string | undefined): string | undefined {
  const year = /(?:19|20)\d\d/.exec(text ?? '')?.[0];
  if (text === undefined || year === undefined) return;
  const word = /[a-zä]{3}/i.exec(text)?.[0].toLowerCase();
  const named = word === undefined ? -1 : MONTHS.indexOf(GERMAN[word] ?? word);
  const number =
    named >= 0 ? named + 1 : Number(/^(\d{1,2})[/.]/.exec(text)?.[1] ?? /-(\d\d)$/.exec(text)?.[1] ?? 0);
  return number > 0 ? `${year}-${String(number).padStart(2, '0')}` : year;
}
