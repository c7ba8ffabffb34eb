import type { IncomingMessage } from 'node:http';
import type { BodyCheck, Match, Matcher } from './match.ts';

/** Writes that frameworks let a form ask for in place of POST. */
const ASKED = ['PUT', 'PATCH', 'DELETE'];

/**
 * Looks whether `_method` in a form would have an upstream run another route than the one that the request was judged by.
 * Null: no form at this path could, so that its body need not be read whole.
 */
export function formOverrideCheck(
  req: IncomingMessage,
  match: Match | null,
  matcher: Matcher,
): BodyCheck | null {
  if (req.method !== 'POST') return null;
  const read = readerOf(req.headers['content-type']);
  if (read === null) return null;
  const leadsAway = (method: string) => matcher.find(method, req.url as string)?.route !== match?.route;
  if (!ASKED.some(leadsAway)) return null;
  return (body) =>
    body !== null && read(body.toString('latin1')).some(leadsAway) ? { code: 'method-override' } : null;
}

/** Tells which methods a body asks for; null for a type that no browser's form has. */
function readerOf(contentType: string | undefined): ((body: string) => string[]) | null {
  if (contentType === undefined) return null;
  if (/^\s*application\/x-www-form-urlencoded\b/i.test(contentType)) return methodsInFields;
  return /^\s*multipart\/form-data\b/i.test(contentType) ? methodsInParts : null;
}

/** Of `name=value&...`, as a body or as a query; upper case. Some readers take a semicolon for a separator too. */
export function methodsInFields(fields: string): string[] {
  return [...new URLSearchParams(fields.replaceAll(';', '&'))]
    .filter(([name]) => NAME.test(name))
    .map(([, method]) => method.trim().toUpperCase());
}

/** `_method` as some reader takes it: PHP makes an underscore of a dot and a bracket, and ends a name at NUL. */
const NAME = /^\s*[_.[]method\s*(?:\0|$)/i;

/** Readers of parts differ in too much to say which method a part of this name asks for: any. */
function methodsInParts(body: string): string[] {
  return PART.test(body) ? ASKED : [];
}

const PART = /(?<![a-z])name\*?\s*=\s*(?:utf-8'[^']*')?["']?\s*\\?(?:[_.[]|%5f|%2e|%5b)method/i;
