import type { ErrorCode } from '../errors.ts';
import type { Match, Matcher } from '../match/match.ts';

/**
 * Refuses request targets that the gateway and a backend could read differently, because then a write could dodge
 * its route and land on the wrong side. Most targets leave after one test; only odd ones are taken apart.
 *
 * Refused always: absolute forms, control characters, fragments, backslashes (also encoded), dot segments (also
 * encoded, also twice), malformed escapes. Refused when the strictest and the laxest reading are different routes
 * or have different parameters: encoded slashes, doubled escapes, `;` parameters.
 */
export function checkTarget(method: string, target: string, matcher: Matcher): ErrorCode | null {
  if (target.charCodeAt(0) !== SLASH || target.charCodeAt(1) === SLASH) {
    return target.charCodeAt(0) === SLASH ? 'ambiguous-target' : 'absolute-target';
  }
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  if (!ODD.test(path)) return null;
  return checkOddPath(method, path, matcher);
}

/** Is this a host with an optional port, as an origin server expects it? */
export function validHost(host: string): boolean {
  if (host === lastValid) return true; // clients of one gateway call it by one name
  if (!HOST.test(host)) return false;
  lastValid = host;
  return true;
}

let lastValid = 'localhost';

const SLASH = 47;
const HOST = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ODD = /[\\;#\x00-\x20\x7f]|%|\/\.{1,2}(?:\/|$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[#\x00-\x1f\x7f]/;
const DOTS = /(?:^|\/)\.{1,2}(?:\/|$)/;

function checkOddPath(method: string, path: string, matcher: Matcher): ErrorCode | null {
  let lax = path;
  for (let round = 0; round < 4; round++) {
    if (CONTROL.test(lax.replaceAll('%23', '')) || lax.includes('\\') || DOTS.test(stripParameters(lax))) {
      return 'ambiguous-target';
    }
    if (!lax.includes('%')) break;
    const decoded = decode(lax);
    if (decoded === null) {
      // A bare percent sign is malformed at first sight; after a decoding it is just a character.
      if (round === 0) return 'ambiguous-target';
      break;
    }
    lax = decoded;
  }
  const strict = matcher.find(method, path);
  const loose = matcher.find(method, encodeLiteral(stripParameters(lax)));
  return sameMatch(strict, loose) ? null : 'ambiguous-target';
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function stripParameters(path: string): string {
  return path.includes(';') ? path.replace(/;[^/]*/g, '') : path;
}

/** What was decoded is literal now: only separators may mean something to the router. */
function encodeLiteral(path: string): string {
  return path.replaceAll('%', '%25').replaceAll('?', '%3F').replaceAll('#', '%23');
}

function sameMatch(a: Match | null, b: Match | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.route !== b.route) return false;
  return Object.entries(a.params).every(([name, value]) => b.params[name] === value);
}
