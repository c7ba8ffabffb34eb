import { createHmac } from 'node:crypto';
import type { ResolvedPlan } from './resolve.ts';

/** A fingerprint of each part of a plan that something running acts by, by its path in it. Parts hold secrets, so only who has the `key` can try guesses. */
export type Fingerprints = Record<string, string>;

export function fingerprintsOf(
  { services, contexts: _, phases: __, ...parts }: ResolvedPlan,
  key: string,
): Fingerprints {
  const all = [
    ...Object.entries(parts),
    ...Object.entries(services).map(([name, service]) => [`services.${name}`, service] as const),
  ];
  return Object.fromEntries(
    all.map(([path, part]) => [
      path,
      createHmac('sha256', key).update(JSON.stringify(part)).digest('base64url'),
    ]),
  );
}

/** The paths of the parts that differ, or that only one of the two has. */
export function differingParts(one: Fingerprints, other: Fingerprints): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (path) => one[path] !== other[path],
  );
}
