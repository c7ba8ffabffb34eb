/**
 * What keeps a value from being stored as JSON and read again as it was: undefined if nothing. PostgreSQL's JSON has no NUL and no
 * half of a surrogate pair, JSON itself no BigInt and no cycle.
 */
export function unstorable(value: unknown): string | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
  if (!text?.includes('\\u') || !BAD_ESCAPE.test(text)) return undefined;
  return `${whereIn(value, '') ?? '/'} holds a NUL or half of a surrogate pair`;
}

/** Of what JSON.stringify writes as an escape, after a whole number of escaped backslashes. */
const BAD_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

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
