import type { ResolvedPlan, ResolvedService } from '@banyan/plan';
import type { Finding } from '@banyan/replication';
import type pg from 'pg';

/**
 * Tables that rows of a service refer to, that it reads in a copy, and that no route of the plan is said to write: a
 * request that writes one at the monolith and is followed at once by one to the service may not find its row there.
 */
export async function proposeUnmoved(
  plan: ResolvedPlan,
  service: ResolvedService,
  monolith: Pick<pg.Pool, 'query'>,
): Promise<Finding[]> {
  const mapped = service.tables.map(({ legacy }) => `${legacy.schema}.${legacy.table}`);
  const { rows } = await monolith.query<{ child: string; parent: string }>(REFERENCES, [mapped]);
  const written = writtenByPlan(plan);
  return rows
    .filter(({ parent }) => !written.has(parent))
    .map(({ child, parent }) => ({
      code: 'unmoved_writes',
      table: parent,
      message: `${child} refers to ${parent}, which ${service.name} only reads, and no route of the plan is said to write it: a request to ${service.name} that follows such a write at once may not find the row.`,
      hint: `Name the monolith's routes that write it: unmoved: [{ route: 'POST /...', writes: ['${parent}'] }].`,
      severity: 'warning' as const,
    }));
}

const REFERENCES = `
  SELECT DISTINCT child.name AS child, parent.name AS parent
    FROM pg_constraint c
    CROSS JOIN LATERAL (SELECT n.nspname || '.' || t.relname AS name FROM pg_class t
      JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = c.conrelid) child
    CROSS JOIN LATERAL (SELECT n.nspname || '.' || t.relname AS name FROM pg_class t
      JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = c.confrelid) parent
   WHERE c.contype = 'f' AND c.conrelid <> c.confrelid
     AND child.name = ANY ($1) AND parent.name = ANY ($1)
   ORDER BY 1, 2`;

/** What a route does not say it writes are the rows that its service owns. */
function writtenByPlan(plan: ResolvedPlan): Set<string> {
  const written = new Set(plan.unmoved.flatMap(({ writes }) => writes));
  for (const { routes, tables } of Object.values(plan.services)) {
    const own = tables
      .filter(({ rows }) => rows === 'owned')
      .map(({ legacy }) => `${legacy.schema}.${legacy.table}`);
    for (const route of routes) {
      if (route.safe) continue;
      for (const table of route.writes ?? own) written.add(table);
    }
  }
  return written;
}
