import type { JWTPayload } from 'jose';

/**
 * The text of a claim that names a key; null when it names none. A text stands for itself, a whole number that JavaScript
 * holds exactly for its digits; all else (true, null, lists, objects, fractions, numbers beyond 2^53) names nobody. A
 * name with dots that is no claim itself goes down into objects: `user.id`.
 */
export function claimText(claims: JWTPayload, name: string): string | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : within(claims, name);
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : null;
}

function within(claims: unknown, name: string): unknown {
  if (!name.includes('.')) return undefined;
  let value = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
