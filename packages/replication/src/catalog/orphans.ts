import { quoteIdent } from '@banyan/postgres';
import type pg from 'pg';
import { nameOf } from '../mapping/mapping.ts';

export type Orphans = {
  constraint: string;
  table: string;
  references: string;
  count: number;
  /** Up to ten values of the referring columns. */
  sample: Record<string, string | null>[];
};

/**
 * Rows whose foreign keys lead nowhere. The applier writes with foreign keys off, in an order that is the source's;
 * ask once a copy has been caught up with. Only what is there is reported: no constraint, no finding.
 */
export async function orphans(
  db: Pick<pg.Pool, 'query'>,
  tables: { schema: string; table: string }[],
): Promise<Orphans[]> {
  const { rows } = await db.query(CONSTRAINTS, [tables.map(nameOf)]);
  const found: Orphans[] = [];
  for (const { name, child, parent, columns, referenced } of rows) {
    const on = columns.map(
      (column: string, index: number) => `p.${quoteIdent(referenced[index])} = c.${quoteIdent(column)}`,
    );
    const set = columns.map((column: string) => `c.${quoteIdent(column)} IS NOT NULL`);
    const lost = `FROM ${child} AS c WHERE ${set.join(' AND ')} AND NOT EXISTS (SELECT FROM ${parent} AS p WHERE ${on.join(' AND ')})`;
    const counted = await db.query(`SELECT count(*) AS count ${lost}`);
    const count = Number(counted.rows[0].count);
    if (count === 0) continue;
    const select = columns.map((column: string) => `c.${quoteIdent(column)}::text`).join(', ');
    const sample = await db.query(`SELECT DISTINCT ${select} ${lost} LIMIT 10`);
    found.push({ constraint: name, table: child, references: parent, count, sample: sample.rows });
  }
  return found;
}

const CONSTRAINTS = `
  SELECT k.conname AS name, k.conrelid::regclass::text AS child, k.confrelid::regclass::text AS parent,
    (SELECT array_agg(a.attname::text ORDER BY n) FROM unnest(k.conkey) WITH ORDINALITY u(attnum, n)
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) AS columns,
    (SELECT array_agg(a.attname::text ORDER BY n) FROM unnest(k.confkey) WITH ORDINALITY u(attnum, n)
       JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum) AS referenced
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace s ON s.oid = c.relnamespace
  WHERE k.contype = 'f' AND s.nspname || '.' || c.relname = ANY($1)`;
