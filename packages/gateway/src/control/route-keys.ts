import type { RouteKeysSeen } from '../observe/route-keys.ts';
import type { Queryable } from './schema.ts';

/** Keys that are kept of each route. */
const SAMPLE = 50;

/** Adds what a worker has seen of routes that are still the monolith's. */
export async function addRouteKeys(db: Queryable, seen: readonly RouteKeysSeen[]): Promise<void> {
  await db.query(
    `INSERT INTO control.route_keys AS known (service, route, requests, keyed, sample)
     SELECT service, route, requests, keyed, sample FROM jsonb_to_recordset($1)
       AS row(service text, route text, requests bigint, keyed bigint, sample text[]) ORDER BY service, route
     ON CONFLICT (service, route) DO UPDATE SET
       requests = known.requests + excluded.requests, keyed = known.keyed + excluded.keyed,
       sample = ARRAY(SELECT DISTINCT unnest(known.sample || excluded.sample) LIMIT ${SAMPLE})`,
    [JSON.stringify(seen).replaceAll('\\u0000', '\\ufffd')],
  );
}

/** A query for what was seen of each route of every service since its extraction began, as RouteKeysSeen. */
export const ROUTE_KEYS = `
  SELECT service, route, requests::float8 AS requests, keyed::float8 AS keyed, sample FROM control.route_keys
   ORDER BY service, route`;

export async function readRouteKeys(db: Queryable): Promise<RouteKeysSeen[]> {
  const { rows } = await db.query(ROUTE_KEYS);
  return rows as RouteKeysSeen[];
}
