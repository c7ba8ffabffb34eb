import { createPool } from '@banyan/postgres';
import type { ResolvedPlan } from '../plan/resolved.ts';

/**
 * Columns of a service's tables that no mapping takes back to the monolith, as `table.column`. Asked once per service:
 * the schema of a running service does not change under a rollout. Unreachable: an empty list, asked again next time.
 */
export function serviceOnlyColumns(plan: ResolvedPlan): (service: string) => Promise<string[]> {
  const known = new Map<string, string[]>();
  return async (name) => {
    const cached = known.get(name);
    if (cached) return cached;
    const { database, tables } = plan.services[name]!;
    const pool = createPool(database, { max: 1, applicationName: 'banyan-controller' });
    try {
      const found: string[] = [];
      for (const { service, columns } of tables) {
        const goesBack = new Set(columns.flatMap(({ serviceColumns }) => serviceColumns));
        const { rows } = await pool.query<{ column_name: string }>(
          `SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
          [service.schema, service.table],
        );
        for (const { column_name } of rows)
          if (!goesBack.has(column_name)) found.push(`${service.table}.${column_name}`);
      }
      known.set(name, found);
      return found;
    } catch {
      return [];
    } finally {
      await pool.end();
    }
  };
}
