import { methodsInFields } from './form-override.ts';

/** What a request may do, by its method and those that it asks upstreams to take instead. */

/** Methods that only read. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';
}

/**
 * Does the request only read, whatever an upstream takes it for? Any of several overrides may be the one that it heeds,
 * so all of them count; a method that is not known counts as a write.
 */
export function onlyReads(method: string, overrides: readonly string[]): boolean {
  return isSafe(method) && (overrides.length === 0 || overrides.every(isSafe));
}

/** May an upstream run it twice? With an override nobody here knows what it runs. */
export function mayRunTwice(method: string, overrides: readonly string[]): boolean {
  return isIdempotent(method) && (overrides.length === 0 || overrides.every(isSafe));
}

/** Methods that `_method` in the query asks for, as several frameworks heed it; upper case. */
export function overridesInQuery(target: string): readonly string[] {
  const start = target.indexOf('?');
  if (start === -1) return NONE;
  const query = target.slice(start + 1);
  if (!LIKELY.test(query)) return NONE;
  return methodsInFields(query);
}

const NONE: readonly string[] = [];
/** `_m`, or what PHP takes for it, encoded or not. */
const LIKELY = /(?:[_.[]|%5f|%2e|%5b)(?:m|%[46]d)/i;

/** Methods that may be sent twice. */
function isIdempotent(method: string): boolean {
  return method === 'PUT' || method === 'DELETE' || isSafe(method);
}
