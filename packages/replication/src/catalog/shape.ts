import type { Relation } from '@banyan/postgres';
import type pg from 'pg';
import { ReplicationError } from '../errors.ts';
import type { RowSet } from '../mapping/mapping.ts';
import { REPLICA_TRIGGERS_SQL } from './replica-triggers.ts';

/** What a link relies on of a table beyond its name: compared at each start, RELATION, barrier, and every second. */
export type TableShape = {
  oid: number;
  columns: Record<string, ColumnShape>;
  /** `d`efault, `n`othing, `f`ull, `i`ndex. */
  replicaIdentity: string;
  /** Columns by which the stream identifies a row, sorted. Meaningless where that is all of them. */
  identity: string[];
  /** Partitions and tables that inherit. */
  children: string[];
  /** Undefined: remembered by an earlier version. What stands between a link and the table, and whether a crash leaves it. */
  interceptors?: string[];
  logged?: boolean;
  /** Changes whenever the table's place in the link's publication does; null: it is not in it. */
  published: string | null;
  /** Which of its rows the link is about; undefined: all. Not the database's to say, but the plan's. */
  rows?: RowSet;
};

type ColumnShape = {
  number: number;
  typeOid: number;
  modifier: number;
  /** For people. */
  type: string;
  collation: string;
  generated: string;
};

/** One database's side of a link. */
export type EndShape = {
  /** Changes whenever the publication itself does; null: there is none. */
  publication: string | null;
  /** `schema.table` → its shape; null: there is no such table. */
  tables: Record<string, TableShape | null>;
};

/** A table of a link, and of its columns those that the link reads or writes. */
export type Watched = {
  schema: string;
  table: string;
  columns: readonly string[];
  rows?: RowSet | undefined;
};

/** The tables as they are now. `publication`: of the source; null for a target. */
export async function readShape(
  db: Pick<pg.Pool, 'query'>,
  tables: readonly Watched[],
  publication: string | null,
): Promise<EndShape> {
  // Prepared: it is asked for at each write that waits for the other side, and to plan it costs as much as to run it.
  const { rows } = await db.query({
    name: 'banyan_shape',
    text: SHAPE_SQL,
    values: [tables.map(({ schema }) => schema), tables.map(({ table }) => table), publication],
  });
  return {
    publication: rows[0]?.publication ?? null,
    tables: Object.fromEntries(rows.map(({ name, shape }) => [name, withRows(name, shape, tables)])),
  };
}

/**
 * A text that is another one whenever what `readShape` tells is: which rows of the catalog say so, and by whom they were written last.
 * It costs a fraction of that.
 */
export async function readTrace(
  db: Pick<pg.Pool, 'query'>,
  tables: readonly Watched[],
  publication: string | null,
): Promise<string> {
  const { rows } = await db.query<{ trace: string }>({
    name: 'banyan_shape_trace',
    text: TRACE_SQL,
    values: [tables.map(({ schema }) => schema), tables.map(({ table }) => table), publication],
  });
  return rows[0]!.trace;
}

function withRows(name: string, shape: TableShape | null, tables: readonly Watched[]): TableShape | null {
  const rows = tables.find(({ schema, table }) => `${schema}.${table}` === name)?.rows;
  return shape && rows ? { ...shape, rows } : shape;
}

/**
 * Throws SCHEMA_CHANGED, TABLE_REPLACED or PUBLICATION_CHANGED if a table is not what it was. Tables of which nothing
 * is remembered are new to the link.
 */
export function compareShape(before: EndShape, now: EndShape, tables: readonly Watched[], end: string): void {
  if (before.publication !== now.publication)
    throw new ReplicationError('PUBLICATION_CHANGED', {
      why: now.publication === null ? 'it was dropped' : 'it was altered, or dropped and made again',
    });
  for (const watched of tables) {
    const table = `${watched.schema}.${watched.table}`;
    const was = before.tables[table];
    if (!was) continue;
    const is = now.tables[table];
    if (!is)
      throw new ReplicationError('TABLE_REPLACED', { table, why: `the ${end} has no such table any more` });
    if (is.oid !== was.oid)
      throw new ReplicationError('TABLE_REPLACED', {
        table,
        why: `another table bears the name on the ${end}`,
      });
    const fault = faultOf(was, is, watched.columns);
    if (fault) throw new ReplicationError('SCHEMA_CHANGED', { table, ...fault, end });
    const lost = end === 'target' ? lossOf(was, is) : undefined;
    if (lost) throw new ReplicationError('SCHEMA_CHANGED', { table, why: lost, end, loses: true });
    if (is.published !== was.published)
      throw new ReplicationError('PUBLICATION_CHANGED', {
        table,
        why:
          is.published === null ? 'the table was taken out of it' : 'how the table is published was altered',
      });
  }
}

type Fault = { column?: string; why: string };

/** What loses rows that are written, without a word. */
function lossOf(was: TableShape, is: TableShape): string | undefined {
  const added = is.interceptors?.filter((name) => was.interceptors && !was.interceptors.includes(name)) ?? [];
  if (added.length > 0) return `${added.join(', ')} would change or drop what the link writes`;
  return was.logged === true && is.logged === false ? 'it is no longer logged' : undefined;
}

function faultOf(was: TableShape, is: TableShape, columns: readonly string[]): Fault | undefined {
  for (const column of columns) {
    const [before, now] = [was.columns[column], is.columns[column]];
    if (!now) return { column, why: 'the column is gone' };
    if (!before) continue;
    if (now.number !== before.number) return { column, why: 'another column bears the name' };
    if (now.typeOid !== before.typeOid || now.modifier !== before.modifier)
      return { column, why: `its type was ${before.type} and is ${now.type} now` };
    if (now.collation !== before.collation) return { column, why: 'its collation is another now' };
    if (now.generated !== before.generated) return { column, why: 'it is generated now, or no longer' };
  }
  // With all columns in the stream every key is.
  if (is.replicaIdentity !== 'f' && nameIdentity(is) !== nameIdentity(was))
    return { why: `its replica identity was ${nameIdentity(was)} and is ${nameIdentity(is)} now` };
  if (is.children.join() !== was.children.join())
    return { why: 'its partitions, or the tables that inherit from it, are others now' };
  return undefined;
}

function nameIdentity({
  replicaIdentity,
  identity,
}: Pick<TableShape, 'replicaIdentity' | 'identity'>): string {
  return replicaIdentity === 'f' ? 'FULL' : `(${identity.join(', ')})`;
}

/**
 * The stream's announcement of a table against all that it was known to be, since what waits in the log may be older than
 * what was accepted last. Throws SCHEMA_CHANGED or TABLE_REPLACED, by the last.
 */
export function checkRelation(
  known: readonly TableShape[],
  relation: Relation,
  columns: readonly string[],
): void {
  const faults = known.map((shape) => faultOfRelation(shape, relation, columns));
  const last = faults.at(-1);
  if (last && !faults.includes(undefined)) throw last;
}

function faultOfRelation(
  shape: TableShape,
  relation: Relation,
  columns: readonly string[],
): ReplicationError | undefined {
  const table = `${relation.schema}.${relation.table}`;
  const announced = new Map(relation.columns.map((column, index) => [column.name, { ...column, index }]));
  let previous: { number: number; index: number } | undefined;
  const inOrder = [...columns].sort(
    (a, b) => (shape.columns[a]?.number ?? 0) - (shape.columns[b]?.number ?? 0),
  );
  for (const column of inOrder) {
    const [was, is] = [shape.columns[column], announced.get(column)];
    if (!is) return new ReplicationError('SCHEMA_CHANGED', { table, column, why: 'the column is gone' });
    if (!was) continue;
    if (is.typeId !== was.typeOid || is.typeModifier !== was.modifier)
      return new ReplicationError('SCHEMA_CHANGED', {
        table,
        column,
        why: `its type was ${was.type} and is another now`,
      });
    // Columns are announced by their numbers.
    if (previous && is.index < previous.index)
      return new ReplicationError('SCHEMA_CHANGED', { table, column, why: 'another column bears the name' });
    previous = { number: was.number, index: is.index };
  }
  if (relation.id !== shape.oid)
    return new ReplicationError('TABLE_REPLACED', {
      table,
      why: 'another table bears the name on the source',
    });
  const identity = relation.columns.filter(({ key }) => key).map(({ name }) => name);
  const is = { replicaIdentity: relation.replicaIdentity, identity: identity.sort() };
  if (is.replicaIdentity !== 'f' && nameIdentity(is) !== nameIdentity(shape))
    return new ReplicationError('SCHEMA_CHANGED', {
      table,
      why: `its replica identity was ${nameIdentity(shape)} and is ${nameIdentity(is)} now`,
    });
  return undefined;
}

/** A row's transaction id says that the row was written anew, also if what it says is the same again. */
const SHAPE_SQL = `
  SELECT t.schema || '.' || t.name AS name,
    (SELECT p.oid || ':' || p.xmin FROM pg_publication p WHERE p.pubname = $3) AS publication,
    CASE WHEN c.oid IS NOT NULL THEN json_build_object(
      'oid', c.oid::int8, 'replicaIdentity', c.relreplident,
      'columns', (SELECT json_object_agg(a.attname, json_build_object('number', a.attnum, 'typeOid', a.atttypid::int8,
          'modifier', a.atttypmod, 'type', format_type(a.atttypid, a.atttypmod), 'collation', a.attcollation::text,
          'generated', a.attgenerated))
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      'identity', coalesce((SELECT json_agg(a.attname ORDER BY a.attname COLLATE "C")
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
        WHERE i.indrelid = c.oid AND i.indisvalid
          AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END), '[]'),
      'interceptors', ${REPLICA_TRIGGERS_SQL}, 'logged', c.relpersistence = 'p',
      'children', coalesce((SELECT json_agg(h.inhrelid::text ORDER BY h.inhrelid) FROM pg_inherits h WHERE h.inhparent = c.oid), '[]'),
      'published', (SELECT r.oid || ':' || r.xmin FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
        WHERE p.pubname = $3 AND r.prrelid = c.oid)) END AS shape
  FROM unnest($1::text[], $2::text[]) AS t(schema, name)
    LEFT JOIN pg_namespace n ON n.nspname = t.schema
    LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name AND c.relkind IN ('r', 'p')`;

/** All rows that `SHAPE_SQL` reads, of the catalog's tables one after the other. */
const TRACE_SQL = `
  WITH watched AS MATERIALIZED (
    SELECT c.oid, c.xmin, t.place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(schema, name, place)
      JOIN pg_namespace n ON n.nspname = t.schema
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name AND c.relkind IN ('r', 'p'))
  SELECT md5(concat_ws(E'\\n',
    (SELECT string_agg(concat_ws(':', w.place, w.oid, w.xmin), ' ' ORDER BY w.place) FROM watched w),
    (SELECT string_agg(concat_ws(':', a.attrelid, a.attnum, a.xmin), ' ' ORDER BY a.attrelid, a.attnum)
      FROM watched w JOIN pg_attribute a ON a.attrelid = w.oid WHERE a.attnum > 0),
    (SELECT string_agg(concat_ws(':', i.indexrelid, i.xmin), ' ' ORDER BY i.indexrelid)
      FROM watched w JOIN pg_index i ON i.indrelid = w.oid),
    (SELECT string_agg(concat_ws(':', g.oid, g.xmin), ' ' ORDER BY g.oid)
      FROM watched w JOIN pg_trigger g ON g.tgrelid = w.oid),
    (SELECT string_agg(concat_ws(':', r.oid, r.xmin), ' ' ORDER BY r.oid)
      FROM watched w JOIN pg_rewrite r ON r.ev_class = w.oid),
    (SELECT string_agg(concat_ws(':', h.inhrelid, h.inhparent, h.xmin), ' ' ORDER BY h.inhrelid, h.inhparent)
      FROM watched w JOIN pg_inherits h ON h.inhparent = w.oid),
    (SELECT string_agg(concat_ws(':', p.oid, p.xmin, r.oid, r.xmin), ' ' ORDER BY r.oid)
      FROM pg_publication p LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid WHERE p.pubname = $3))) AS trace`;
