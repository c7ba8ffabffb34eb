import type pg from 'pg';

/** A foreign key from a table that a link writes to one that it does not: nobody else checks it, for a link writes without. */
export type Parent = {
  constraint: string;
  /** Of the table that is referred to. */
  oid: string;
  /** The same, quoted, as a FROM clause has it. */
  from: string;
  columns: string[];
  referenced: string[];
  /** What the deletion of the parent does to the row. `keep`: with the row there, it would have been refused. */
  action: 'delete' | 'null' | 'default' | 'keep';
  /** Columns that `null` and `default` set. */
  sets: string[];
};

/**
 * The foreign keys of a table that are in force and whose parents the link's role may lock. Parents of which it might
 * not see every row are left out: a row that is hidden is not gone.
 */
export async function describeParents(db: Pick<pg.Pool, 'query'>, table: { oid: number }): Promise<Parent[]> {
  const { rows } = await db.query<Parent>(PARENTS, [table.oid]);
  return rows;
}

/**
 * SQL: whether a Banyan link reads the table, so that its rows are not the monolith's alone and may be on their way.
 * Asked at the time, not once: another service may begin to move while this link runs.
 */
export function movedSql({ oid }: Parent): string {
  return (
    `EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication u ON u.oid = r.prpubid ` +
    `WHERE u.pubname LIKE 'banyan\\_%' AND (r.prrelid = ${oid} OR r.prrelid IN (SELECT relid FROM pg_partition_tree(${oid}))))`
  );
}

/** SQL: whether the current role may lock rows of `p` in the schema `n`, and sees all of them. */
export const MAY_LOCK = `(has_table_privilege(p.oid, 'SELECT') AND has_table_privilege(p.oid, 'UPDATE')
    AND has_schema_privilege(n.oid, 'USAGE') AND NOT row_security_active(p.oid))`;

const names = (relation: string, numbers: string) => `
  (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(${numbers}) WITH ORDINALITY u(attnum, n)
   JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.attnum)`;

/** `confdelsetcols` came with PostgreSQL 15. A column that cannot be NULL makes the deletion fail. */
const PARENTS = `
  SELECT k.conname AS constraint, p.oid::text AS oid,
    CASE p.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', n.nspname, p.relname) AS from,
    ${names('k.conrelid', 'k.conkey')} AS columns, ${names('k.confrelid', 'k.confkey')} AS referenced,
    CASE WHEN k.confdeltype = 'c' THEN 'delete'
         WHEN k.confdeltype = 'n' AND NOT EXISTS (SELECT FROM pg_attribute a
           WHERE a.attrelid = k.conrelid AND a.attnum = ANY(s.set) AND a.attnotnull) THEN 'null'
         WHEN k.confdeltype = 'd' THEN 'default' ELSE 'keep' END AS action,
    ${names('k.conrelid', 's.set')} AS sets
  FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = p.relnamespace,
    LATERAL (SELECT coalesce(
      (SELECT array_agg(c::int2) FROM jsonb_array_elements_text(nullif(to_jsonb(k) -> 'confdelsetcols', 'null')) c),
      k.conkey) AS set) s
  WHERE k.conrelid = $1 AND k.contype = 'f' AND ${MAY_LOCK}
    AND (k.conparentid = 0 OR (SELECT conrelid FROM pg_constraint WHERE oid = k.conparentid) <> k.conrelid)
    AND EXISTS (SELECT FROM pg_trigger t
      WHERE t.tgconstraint = k.oid AND t.tgrelid = k.conrelid AND t.tgenabled IN ('O', 'A'))
  ORDER BY k.conname`;
