import type { ResolvedService } from '@banyan/plan';
import type pg from 'pg';

type Tables = ResolvedService['tables'];

/**
 * What of the monolith still needs its copy of a service's rows when the service has retired: tables that are not the service's
 * and refer to its rows by foreign keys, as `schema.table (constraint)`, or whose triggers name its tables, as `schema.table
 * (trigger)`; and columns of its own rows that stay the monolith's, because no service of the plan takes them, as `schema.table
 * (column)`: whoever keeps them there needs the rows that they belong to.
 */
export async function referringTables(
  monolith: Pick<pg.Pool, 'query'>,
  tables: Tables,
  /** Of all services of the plan. */
  mapped: Tables = tables,
): Promise<string[]> {
  const names = (rows?: 'owned') =>
    tables.filter((table) => rows === undefined || table.rows === rows).map(nameOf);
  const columns = mapped.flatMap((table) => columnsOf(table).map((column) => `${nameOf(table)}.${column}`));
  const { rows } = await monolith.query<{ name: string }>(REFERRING, [names('owned'), names(), columns]);
  return rows.map(({ name }) => name);
}

function nameOf({ legacy }: Tables[number]): string {
  return `${legacy.schema}.${legacy.table}`;
}

/** The monolith's columns that are read or written for a service. */
function columnsOf({ columns }: Tables[number]): string[] {
  return columns.flatMap(({ legacyColumns, reverse }) => [...legacyColumns, ...Object.keys(reverse)]);
}

const REFERRING = `
  SELECT cn.nspname || '.' || c.relname || ' (' || k.conname || ')' AS name
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
  JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0
    AND pn.nspname || '.' || p.relname = ANY($1) AND cn.nspname || '.' || c.relname <> ALL($2)
  UNION
  SELECT cn.nspname || '.' || c.relname || ' (' || t.tgname || ')'
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
  JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace fn ON fn.oid = f.pronamespace
  JOIN pg_class p ON f.prosrc ~* ('\\m' || regexp_replace(p.relname, '(\\W)', '\\\\\\1', 'g') || '\\M')
  JOIN pg_namespace pn ON pn.oid = p.relnamespace
  WHERE NOT t.tgisinternal AND fn.nspname <> 'banyan' AND t.tgparentid = 0
    AND pn.nspname || '.' || p.relname = ANY($1) AND cn.nspname || '.' || c.relname <> ALL($2)
  UNION
  SELECT cn.nspname || '.' || c.relname || ' (' || a.attname || ')'
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND c.relkind IN ('r', 'p')
    AND cn.nspname || '.' || c.relname = ANY($1)
    AND cn.nspname || '.' || c.relname || '.' || a.attname <> ALL($3)
  ORDER BY 1`;
