import type pg from 'pg';
import { REPLICA_TRIGGERS_SQL } from './replica-triggers.ts';

/** A column as the catalog of one database describes it. */
export type Column = {
  name: string;
  /** As `format_type` writes it, with its modifier: `character varying(200)`, `public.mood`. */
  type: string;
  /** The type without its modifier: casting to it never cuts a value short. */
  bareType: string;
  typeOid: number;
  notNull: boolean;
  hasDefault: boolean;
  /** Stored or virtual: cannot be written. */
  generated: boolean;
  identity: boolean;
  /** GENERATED ALWAYS AS IDENTITY: inserts may override it, updates may not. */
  identityAlways: boolean;
  /** Long values may be kept out of line, and then be absent from an UPDATE in the stream. */
  toastable: boolean;
  /** A type of this database's own (enum, domain, composite): may be unknown to the other one. */
  ownType: boolean;
  /** Types of the same word are ordered alike everywhere, but for their collation; null: nothing is known of the order. */
  orders: string | null;
  /** By what texts are ordered: `bytes`, or provider, locale and version; '' if that is not known; null: it is no text. */
  collation: string | null;
  json: boolean;
  /** Values that differ may be the same key: its collation says so, or its type (citext). */
  coarse: boolean;
  /** `=` says whether two values are the same. Elsewhere there is none (json), or it says less (1.0 and 1.00, boxes). */
  exact: boolean;
};

export type Table = {
  oid: number;
  schema: string;
  name: string;
  columns: Map<string, Column>;
  partitioned: boolean;
  /** Of a partitioned table. */
  partition: boolean;
  /** Tables that inherit from it, `schema.table`; of a partitioned table its partitions. */
  heirs: string[];
  rowSecurity: boolean;
  /** Of unlogged and temporary tables a crash of the server leaves nothing. */
  logged: boolean;
  /** What stands between a link and the table (see `REPLICA_TRIGGERS_SQL`). */
  interceptors: string[];
  primaryKey: string[];
  /** `d`efault, `n`othing, `f`ull, `i`ndex. */
  replicaIdentity: string;
  /** Columns that identify a row in the stream. Empty if nothing does. */
  identity: string[];
  /** Column lists of unique indexes that ON CONFLICT can infer. */
  uniques: string[][];
  /** Foreign keys by which deleting a row elsewhere deletes rows here. `parent` is quoted; `oid` is the parent's. */
  cascadesFrom: { parent: string; oid: number; columns: string[]; referenced: string[] }[];
  /** The planner's estimate; -1 if it has none. */
  estimatedRows: number;
  /** With what is stored out of line. */
  bytes: number;
};

/** The type to cast to for the text that the column would hold, never one that cuts a value short. */
export function wholeType(column: Column): string {
  return /^(character varying|bit varying)/.test(column.bareType) ? column.bareType : column.type;
}

type Queryable = Pick<pg.Pool, 'query'>;

/** The table as it is now, or undefined if there is none (or what bears the name is no table). */
export async function describeTable(
  db: Queryable,
  name: { schema: string; table: string },
): Promise<Table | undefined> {
  const { rows } = await db.query(TABLE_SQL, [name.schema, name.table]);
  const found = rows[0];
  if (!found) return undefined;
  const columns = await db.query<Column>(COLUMNS_SQL, [found.oid]);
  const indexes = await db.query(INDEXES_SQL, [found.oid]);
  const cascades = await db.query(CASCADES_SQL, [found.oid]);
  const primaryKey = indexes.rows.find((index) => index.primary)?.columns ?? [];
  const marked = indexes.rows.find((index) => index.replident)?.columns ?? [];
  const identity: Record<string, string[]> = {
    d: primaryKey,
    i: marked,
    f: columns.rows.map((column) => column.name),
    n: [],
  };
  return {
    oid: Number(found.oid),
    schema: name.schema,
    name: name.table,
    columns: new Map(columns.rows.map((column) => [column.name, column])),
    partitioned: found.relkind === 'p',
    partition: found.relispartition,
    heirs: found.heirs,
    rowSecurity: found.relrowsecurity,
    logged: found.relpersistence === 'p',
    interceptors: found.interceptors,
    primaryKey,
    replicaIdentity: found.relreplident,
    identity: identity[found.relreplident] ?? [],
    uniques: indexes.rows.map((index) => index.columns),
    cascadesFrom: cascades.rows.map((row) => ({ ...row, oid: Number(row.oid) })),
    estimatedRows: Number(found.reltuples),
    bytes: Number(found.bytes),
  };
}

const TABLE_SQL = `
  SELECT c.oid, c.relkind, c.relrowsecurity, c.relpersistence, c.relreplident, c.reltuples, pg_table_size(c.oid) AS bytes,
    ${REPLICA_TRIGGERS_SQL} AS interceptors, c.relispartition, ARRAY(SELECT h.inhrelid::regclass::text FROM pg_inherits h WHERE h.inhparent = c.oid ORDER BY 1) AS heirs
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`;

/**
 * Of a default collation the database's. By way of JSON, since the columns differ from version to version.
 */
const COLLATION_SQL = `
  CASE WHEN a.attcollation = 0 THEN NULL
       WHEN NOT co.collisdeterministic THEN ''
       ELSE (SELECT CASE
           WHEN l.provider = 'b' OR (l.provider = 'c' AND l.name IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')) THEN 'bytes'
           ELSE concat_ws('|', l.provider, l.name, l.rules, coalesce(l.version, '?')) END
         FROM (SELECT to_jsonb(db) AS j FROM pg_database db WHERE datname = current_database()) AS d,
           LATERAL (SELECT
             CASE co.collprovider WHEN 'd' THEN coalesce(d.j ->> 'datlocprovider', 'c') ELSE co.collprovider::text END AS provider,
             CASE co.collprovider WHEN 'd' THEN coalesce(d.j ->> 'datlocale', d.j ->> 'daticulocale', d.j ->> 'datcollate')
               ELSE coalesce(to_jsonb(co) ->> 'colllocale', to_jsonb(co) ->> 'colliculocale', co.collcollate) END AS name,
             CASE co.collprovider WHEN 'd' THEN d.j ->> 'daticurules' ELSE to_jsonb(co) ->> 'collicurules' END AS rules,
             CASE co.collprovider WHEN 'd' THEN d.j ->> 'datcollversion' ELSE co.collversion END AS version) AS l) END`;

const COLUMNS_SQL = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.atttypid::int4 AS "typeOid",
         format_type(a.atttypid, -1) AS "bareType",
         a.attnotnull AS "notNull", a.atthasdef AS "hasDefault", a.attgenerated <> '' AS generated,
         a.attidentity <> '' AS identity, a.attidentity = 'a' AS "identityAlways", a.attlen = -1 AND a.attstorage <> 'p' AS toastable,
         a.atttypid >= 16384 AS "ownType", t.typname IN ('json', 'jsonb') AS json,
         t.typname IN ('bool', 'int2', 'int4', 'int8', 'oid', 'uuid', 'text', 'varchar', 'name', 'bytea', 'date', 'time',
             'timestamp', 'timestamptz')
           AND t.typnamespace = 'pg_catalog'::regnamespace AND coalesce(co.collisdeterministic, true) AS exact,
         CASE WHEN t.typnamespace <> 'pg_catalog'::regnamespace THEN NULL
              WHEN t.typname IN ('int2', 'int4', 'int8') THEN 'integer'
              WHEN t.typname IN ('text', 'varchar') THEN 'text'
              WHEN t.typname IN ('bpchar', 'name', 'uuid', 'bytea', 'bool', 'date', 'time', 'timestamp', 'timestamptz',
                'numeric', 'oid', 'pg_lsn', 'inet', 'cidr', 'macaddr', 'bit', 'varbit') THEN t.typname END AS orders,
         t.typname = 'citext' OR NOT coalesce(co.collisdeterministic, true) AS coarse, ${COLLATION_SQL} AS collation
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation co ON co.oid = a.attcollation
  WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attnum`;

const CASCADES_SQL = `
  SELECT format('%I.%I', n.nspname, p.relname) AS parent, p.oid::int8::text AS oid,
    (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(attnum, n)
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) AS columns,
    (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u(attnum, n)
       JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum) AS referenced
  FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = p.relnamespace
  WHERE k.conrelid = $1 AND k.contype = 'f' AND k.confdeltype = 'c' AND k.conparentid = 0`;

const INDEXES_SQL = `
  SELECT i.indisprimary AS "primary", i.indisreplident AS replident,
         (SELECT array_agg(a.attname::text ORDER BY k.n)
          FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
          WHERE k.n <= i.indnkeyatts) AS columns
  FROM pg_index i
  WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    AND i.indimmediate`;
