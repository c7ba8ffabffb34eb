import type pg from 'pg';

/** A unique index as SQL over the table's columns. */
export type Unique = {
  expressions: string[];
  /** All columns that it reads. */
  columns: string[];
  /** Of a partial index. */
  predicate: string | null;
};

/** Every unique index of a table that is in force, of columns or expressions, whole or partial. */
export async function uniquesOf(db: Pick<pg.ClientBase, 'query'>, table: number): Promise<Unique[]> {
  const { rows } = await db.query<Unique>(
    `SELECT ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts) AS k) AS expressions,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid
         AND (a.attnum = ANY(i.indkey) OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
           AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))) AS columns,
       pg_get_expr(i.indpred, i.indrelid) AS predicate
     FROM pg_index i WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid`,
    [table],
  );
  return rows;
}
