import type { LinkedService, ResolvedPlan, ResolvedRoute } from '@banyan/plan';
import { quoteIdent, quoteTable } from '@banyan/postgres';
import type { TableMapping } from '@banyan/replication';
import type pg from 'pg';
import { type Load, latest } from '../load/load.ts';
import type { UserId } from '../load/population.ts';
import type { CopyUsers } from './cast.ts';
import { GONE, type RowsOf, THERE } from './made-rows.ts';

/** Requests that make or delete rows of one table, by `METHOD /path`, and what the table's key is called in an answer. */
export type WritingRoute = { route: string; rows: RowsOf; keys: string[] };

/** What a replay has to know of the plan. */
export type CopyFacts = { users: CopyUsers; writes: WritingRoute[] };

export function copyFacts(plan: ResolvedPlan, services: readonly LinkedService[]): CopyFacts {
  const routes = Object.values(plan.services).flatMap((service) => service.routes);
  const claims = routes.flatMap(({ key }) =>
    key.from === 'token' && key.claim !== 'sub' ? [key.claim] : [],
  );
  const owners = services.flatMap(({ tables }) =>
    tables.flatMap(({ legacy, owner }) =>
      owner.by === 'key' ? [{ schema: legacy.schema, table: legacy.table, column: owner.legacyColumn }] : [],
    ),
  );
  const writes = services.flatMap((service) =>
    service.routes.flatMap((route) => {
      const mapping = writtenBy(route, service.tables);
      if (mapping === null || !['POST', 'DELETE'].includes(route.method)) return [];
      const keys = [...new Set([mapping.legacy.key[0]!, mapping.service.key[0]!, 'id'])];
      return [{ route: `${route.method} ${route.path}`, rows: rowsOf(service, mapping), keys }];
    }),
  );
  return { users: { issuers: plan.gateway.issuers, claims: [...new Set(claims)], owners }, writes };
}

/** By service: rows that acknowledged requests of a recording have made are there on either side, or gone as far as it was asked. */
export function trafficLoads(
  services: readonly LinkedService[],
): ReadonlyMap<string, Pick<Load<UserId>, 'promises'>> {
  return new Map(
    services.map((service) => [
      service.name,
      {
        promises: Object.fromEntries(
          service.tables.filter(isJudged).map((mapping) => [
            rowsOf(service, mapping).promise,
            latest(
              {
                monolith: (db, sent) => rowsThere(db, mapping.legacy, sent),
                service: (db, sent) => rowsThere(db, mapping.service, sent),
              },
              { gone: GONE },
            ),
          ]),
        ),
      },
    ]),
  );
}

/** The one table that a route says it writes, if rows of it can be told by one column. */
function writtenBy({ writes }: ResolvedRoute, tables: readonly TableMapping[]): TableMapping | null {
  if (writes?.length !== 1) return null;
  const mapping = tables.find(({ legacy }) => `${legacy.schema}.${legacy.table}` === writes[0]);
  return mapping !== undefined && isJudged(mapping) ? mapping : null;
}

function isJudged({ legacy, service, rows }: TableMapping): boolean {
  return rows === 'owned' && legacy.key.length === 1 && service.key.length === 1;
}

function rowsOf(service: LinkedService, { legacy }: TableMapping): RowsOf {
  return { load: service.name, promise: `row of ${legacy.schema}.${legacy.table}` };
}

async function rowsThere(
  db: pg.Pool,
  { schema, table, key }: TableMapping['legacy'],
  sent: ReadonlyMap<string, readonly number[]>,
): Promise<Map<string, number>> {
  const column = quoteIdent(key[0]!);
  // The column's own type, so that its index is used; the keys are what answers called so.
  const { rows } = await db.query<{ key: string }>(
    `SELECT ${column}::text AS key FROM ${quoteTable(schema, table)} WHERE ${column} = ANY ($1)`,
    [[...sent.keys()]],
  );
  const there = new Set(rows.map((row) => row.key));
  return new Map(
    [...sent].map(([one, numbers]) => {
      const isGone = numbers.includes(GONE) ? GONE : 0;
      return [one, there.has(one) ? THERE : isGone];
    }),
  );
}
