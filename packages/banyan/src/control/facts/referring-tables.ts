import type { ResolvedService } from '@banyan/plan';
import type pg from 'pg';

/**
 * Tables of the monolith that refer to rows of a service's `tables` by foreign keys and are none of them, as `schema.table
 * (constraint)`: what still needs the monolith's copy when the service has retired.
 */
export async function referringTables(
  monolith: Pick<pg.Pool, 'query'>,
  tables: ResolvedService['tables'],
): Promise<string[]> {
  const names = (rows?: 'owned') =>
    tables
      .filter((table) => rows === undefined || table.rows === rows)
      .map(({ legacy }) => `${legacy.schema}.${legacy.table}`);
  const { rows } = await monolith.query<{ name: string }>(REFERRING, [names('owned'), names()]);
  return rows.map(({ name }) => name);
}

const REFERRING = `
  SELECT cn.nspname || '.' || c.relname || ' (' || k.conname || ')' AS name
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
  JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0
    AND pn.nspname || '.' || p.relname = ANY($1) AND cn.nspname || '.' || c.relname <> ALL($2)
  ORDER BY 1`;
