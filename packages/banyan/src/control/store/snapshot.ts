import {
  type KeysSeen,
  keysSeen,
  ROUTE_KEYS,
  type RouteKeysSeen,
  UNWELL_INSTANCES,
  type UnwellInstance,
} from '@banyan/gateway';
import { type Reading, readAtOnce } from './reading.ts';
import { LINKS, type Queryable, SERVICES } from './store.ts';
import { VERDICTS } from './verifications.ts';

const UNWELL: Reading<UnwellInstance, readonly UnwellInstance[]> = {
  sql: UNWELL_INSTANCES,
  meaning: (rows) => rows,
};
/** Only of services of which it matters yet: once a first key has moved, samples of keys by the thousand say nothing new. */
const ROUTES: Reading<RouteKeysSeen, readonly RouteKeysSeen[]> = {
  sql: `SELECT * FROM (${ROUTE_KEYS}) AS seen WHERE service IN (
          SELECT service FROM control.services WHERE stage IN ('monolith', 'copying', 'shadowing'))
        ORDER BY service, route`,
  meaning: (rows) => rows,
};
const KEYS: Reading<KeysSeen & { service: string }, Record<string, KeysSeen>> = {
  sql: keysSeen('control.services'),
  meaning: (rows) => Object.fromEntries(rows.map(({ service, ...keys }) => [service, keys])),
};
/** The newest route table, and what the database's clock says (ms since 1970). */
const NOW: Reading<{ version: number; now: number }, { version: number; now: number }> = {
  sql: `SELECT coalesce(max(version), 0)::float8 AS version, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
          FROM control.route_tables`,
  meaning: ([one]) => one!,
};
const ALL = {
  now: NOW,
  states: SERVICES,
  links: LINKS,
  verdicts: VERDICTS,
  unwell: UNWELL,
  routeKeys: ROUTES,
  keys: KEYS,
} as const;

/** All that decisions and the status need of the control database but for the evidence. */
export function readSnapshot(db: Queryable) {
  return readAtOnce(db, 'banyan-look', ALL);
}
