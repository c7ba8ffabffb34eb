import { prepared, type Queryable } from '@banyan/postgres';

/**
 * Whether Banyan's links bring this service rows that others own and it reads (`rows: 'foreign'` in the plan), by the table `banyan.shares` of its
 * database: from the first copy on, and for as long as anything there is still the monolith's. What an event tells of such a row is there then, or
 * comes; and it may be older than what is there, so that it must not be written over that.
 */
export async function linksBringRows(db: Queryable): Promise<boolean> {
  return (await sharesOf(db)) !== undefined;
}

/**
 * Whether a link is there that brings this service rows, by the table `banyan.links` of its database: from when it begins to copy until it is back
 * at the monolith, or has retired. Before and after that nobody changes its rows but itself, also if a plan has it.
 */
export async function hasLinks(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ readable: boolean }>(
    `SELECT has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, 'link', 'SELECT') AS readable
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'banyan' AND c.relname = 'links' AND c.relkind = 'r'`,
  );
  if (!rows[0]) return false;
  // Nobody has said that there is none.
  if (!rows[0].readable) return true;
  const { rowCount } = await db.query('SELECT link FROM banyan.links LIMIT 1');
  return rowCount === 1;
}

/** The table in which Banyan tells who writes, and whether this service's role may read it; undefined: there is none. */
export async function sharesOf(db: Queryable): Promise<{ readable: boolean } | undefined> {
  const { rows } = await db.query<{ readable: boolean }>(
    prepared(
      `SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'banyan' AND c.relname = 'shares' AND c.relkind = 'r'`,
      [],
    ),
  );
  return rows[0];
}
