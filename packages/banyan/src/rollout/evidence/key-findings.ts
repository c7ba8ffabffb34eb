import { canonicalKey } from '@banyan/cohort';
import type { RouteKeysSeen } from '@banyan/gateway';
import type { ResolvedRoute } from '@banyan/plan';
import type { KeyColumn } from '../../control/facts/owner-keys.ts';

/** Fewer requests, or fewer different keys, say nothing about a route. */
const ENOUGH_REQUESTS = 20;
const ENOUGH_KEYS = 5;

/**
 * What is wrong with the keys that a plan names, as the requests show while they are all still the monolith's: a route
 * whose requests carry no key, and one whose keys are not those of the column that the rows are owned by. Pure.
 */
export function keyFindings(
  routes: readonly ResolvedRoute[],
  seen: readonly RouteKeysSeen[],
  columns: readonly KeyColumn[],
): string[] {
  const keyed = new Set(routes.filter(({ key }) => key.from !== 'none').map(({ id }) => id));
  return seen
    .filter(({ route }) => keyed.has(route))
    .flatMap(({ route, requests, keyed, sample }) => {
      if (requests >= ENOUGH_REQUESTS && keyed === 0)
        return [`no request of ${route} carried its key (${requests} seen)`];
      const keys = sample.map((text) => canonicalKey(text)!);
      const asked = keys.filter((key) => columns.every((column) => column.asked.has(key)));
      if (columns.length === 0 || asked.length < ENOUGH_KEYS) return [];
      if (columns.some(({ held }) => asked.some((key) => held.has(key)))) return [];
      const names = columns.map(({ column, type }) => `${column} (${type})`).join(', ');
      return [
        `the keys of ${route}, such as ${JSON.stringify(asked[0])}, are none of ${names}: key and owner column are different things`,
      ];
    });
}
