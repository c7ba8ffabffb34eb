/**
 * What keeps a value from being stored as JSON and read again as it was: undefined if nothing. PostgreSQL's JSON has no NUL and no
 * half of a surrogate pair, JSON itself no BigInt and no cycle; numbers that are none, functions, symbols, maps and sets it would
 * change in silence. A property that is undefined is one that is not there, and a date is its text.
 */
export function unstorable(value: unknown): string | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
  const lost = lostIn(value, '');
  if (lost !== undefined) return lost;
  if (!text?.includes('\\u') || !BAD_ESCAPE.test(text)) return undefined;
  return `${whereIn(value, '') ?? '/'} holds a NUL or half of a surrogate pair`;
}

/** Of what JSON.stringify writes as an escape, after a whole number of escaped backslashes. */
const BAD_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** What JSON leaves out, or writes as something else. */
function lostIn(value: unknown, path: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path || '/'} is ${value}`;
  if (typeof value === 'function' || typeof value === 'symbol') return `${path || '/'} is a ${typeof value}`;
  if (typeof value !== 'object' || value === null) return undefined;
  if ('toJSON' in value) return undefined;
  if (value instanceof Map || value instanceof Set) return `${path || '/'} is a ${value.constructor.name}`;
  for (const name in value) {
    const found = lostIn((value as Record<string, unknown>)[name], `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function whereIn(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return isBad(value) ? path || '/' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = isBad(name) ? `a name in ${path || '/'}` : whereIn(inner, `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isBad(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}
