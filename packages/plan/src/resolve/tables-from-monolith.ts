import type { TableMapping } from '@banyan/replication';

/**
 * Tables of which something is the monolith's whatever the stage: rows that others own (`rows: 'foreign'`), columns that
 * flow forward only. They go on flowing after the service has retired, for as long as the monolith writes them.
 */
export function tablesFromMonolith(tables: TableMapping[]): TableMapping[] {
  return tables.filter((table) => table.rows === 'foreign' || columnsFromMonolith(table).length > 0);
}

/** What of a table comes from the monolith, for people: `public.users (rows)`, `public.posts (views, likes)`. */
export function describeFromMonolith(table: TableMapping): string {
  const what = table.rows === 'foreign' ? 'rows' : columnsFromMonolith(table).join(', ');
  return `${table.legacy.schema}.${table.legacy.table} (${what})`;
}

function columnsFromMonolith({ columns }: TableMapping): string[] {
  return columns
    .filter(({ flow, legacyColumns }) => flow === 'forward' && legacyColumns.length > 0)
    .flatMap(({ legacyColumns }) => legacyColumns);
}
