/**
 * The value of a cookie; undefined when there is none, null when there are two of this name: backends differ in which
 * they take, so there is none to rely on.
 */
export function readCookie(header: string | undefined, name: string): string | undefined | null {
  if (header === undefined) return undefined;
  let found: string | undefined;
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals === -1 || part.slice(0, equals).trim() !== name) continue;
    if (found !== undefined) return null;
    found = part.slice(equals + 1).trim();
  }
  return found?.startsWith('"') && found.endsWith('"') ? found.slice(1, -1) : found;
}
