import { quoteIdent, quoteLiteral, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { SHARED_SLOT } from '../reader/home.ts';

export type InstalledKind =
  | 'trigger'
  | 'function'
  | 'sequence'
  | 'guard'
  | 'publication'
  | 'slot'
  | 'origin'
  | 'record'
  | 'mark'
  | 'schema';

/** One thing that this package has put into a database. */
export type InstalledObject = {
  kind: InstalledKind;
  /** Of a trigger: `name on schema.table`. */
  name: string;
  /** The service as the thing's name says it, in which `-` may have become `_`; null: of none, or of several. */
  service: string | null;
  direction: 'forward' | 'reverse' | null;
  /** The statement that removes it, for somebody who may. */
  remove: string;
};

/**
 * All that this package has put into a database and not yet removed, as the catalog names it. Two queries, of which none
 * looks at rows of anybody else's.
 *
 * Origins belong to the whole server: shown are those of links whose record lies in this database, and of `links` (such
 * as `auth.forward`), which the caller knows to write here.
 */
export async function installedObjects(
  db: Pick<pg.Pool, 'query'>,
  links: readonly string[] = [],
): Promise<InstalledObject[]> {
  const catalog = await db.query<Row>(CATALOG);
  const kept = catalog.rows.some(({ kind }) => kind === 'schema') ? await rowsOf(db) : [];
  const known = new Set([...links, ...kept.filter(({ kind }) => kind === 'record').map(({ name }) => name)]);
  const origins = new Set([...known].map(originOf));
  return [...catalog.rows, ...kept]
    .filter(({ kind, name }) => kind !== 'origin' || origins.has(name.replace(/_copy[0-9]+$/, '')))
    .map((row) => ({
      kind: row.kind,
      name: row.kind === 'trigger' ? `${row.name} on ${row.schema}.${row.table}` : row.name,
      ...belonging(row),
      remove: removal(row),
    }));
}

type Row = { kind: InstalledKind; name: string; schema: string | null; table: string | null };

async function rowsOf(db: Pick<pg.Pool, 'query'>): Promise<Row[]> {
  const tables = await db.query(
    `SELECT to_regclass('banyan.links') IS NOT NULL AND to_regclass('banyan.guards') IS NOT NULL
       AND to_regclass('banyan.mark') IS NOT NULL AND has_table_privilege(to_regclass('banyan.mark'), 'SELECT') AS there`,
  );
  if (!tables.rows[0].there) return [];
  return (await db.query<Row>(ROWS)).rows;
}

function originOf(link: string): string {
  const [service, direction] = link.split('.');
  return `banyan_${service!.replaceAll('-', '_')}_${direction}`;
}

function belonging({ kind, name }: Row): Pick<InstalledObject, 'service' | 'direction'> {
  const pattern = {
    trigger: GUARD,
    function: GUARD,
    sequence: /^(?:refused|excused)_(?<service>.+)$/,
    guard: /^(?<service>.+)$/,
    publication: LINK,
    slot: LINK,
    origin: LINK,
    record: /^(?<service>.+)\.(?<direction>forward|reverse)$/,
    mark: null,
    schema: null,
  }[kind];
  const groups = pattern?.exec(name)?.groups;
  return {
    service: groups?.service ?? null,
    direction: (groups?.direction as InstalledObject['direction'] | undefined) ?? null,
  };
}

const GUARD = /^banyan_guard_(?<service>.+)_[0-9a-f]{8}$/;
const LINK = /^banyan_(?<service>.+)_(?<direction>forward|reverse)(_copy[0-9]+)?$/;

function removal({ kind, name, schema, table }: Row): string {
  const literal = quoteLiteral(name);
  switch (kind) {
    case 'trigger':
      return `DROP TRIGGER ${quoteIdent(name)} ON ${quoteTable(schema!, table!)}`;
    case 'function':
      return `DROP FUNCTION banyan.${quoteIdent(name)}() CASCADE`;
    case 'sequence':
      return `DROP SEQUENCE banyan.${quoteIdent(name)}`;
    case 'guard':
      return `DELETE FROM banyan.guards WHERE service = ${literal}`;
    case 'publication':
      return `DROP PUBLICATION ${quoteIdent(name)}`;
    case 'slot':
      return `SELECT pg_drop_replication_slot(${literal})`;
    case 'origin':
      return `SELECT pg_replication_origin_drop(${literal})`;
    case 'record':
      return ['repairs', 'tickets', 'ranges', 'links']
        .map((of) => `DELETE FROM banyan.${of} WHERE link = ${literal}`)
        .join('; ');
    case 'mark':
      return 'DELETE FROM banyan.mark';
    case 'schema':
      return 'DROP SCHEMA banyan CASCADE';
  }
}

const LINK_PATTERN = `'^banyan_.+_(forward|reverse)$'`;
const GUARD_PATTERN = `'^banyan_guard_.+_[0-9a-f]{8}$'`;

const CATALOG = `
  SELECT 'trigger' AS kind, t.tgname::text AS name, n.nspname::text AS schema, c.relname::text AS table
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgname ~ ${GUARD_PATTERN}
  UNION ALL
  SELECT 'function', proname, NULL, NULL FROM pg_proc
  WHERE pronamespace = to_regnamespace('banyan') AND proname ~ ${GUARD_PATTERN}
  UNION ALL
  SELECT 'sequence', relname, NULL, NULL FROM pg_class
  WHERE relnamespace = to_regnamespace('banyan') AND relkind = 'S' AND relname ~ '^(refused|excused)_'
  UNION ALL
  SELECT 'publication', pubname, NULL, NULL FROM pg_publication WHERE pubname ~ ${LINK_PATTERN}
  UNION ALL
  SELECT 'slot', slot_name, NULL, NULL FROM pg_replication_slots
  WHERE database = current_database() AND (slot_name ~ ${LINK_PATTERN} OR slot_name ~ ${quoteLiteral(SHARED_SLOT)})
  UNION ALL
  SELECT 'origin', roname, NULL, NULL FROM pg_replication_origin
  WHERE roname ~ '^banyan_.+_(forward|reverse)(_copy[0-9]+)?$'
  UNION ALL
  SELECT 'schema', nspname, NULL, NULL FROM pg_namespace WHERE nspname = 'banyan'`;

const ROWS = `
  SELECT 'record' AS kind, link AS name, NULL AS schema, NULL AS table FROM banyan.links
  UNION ALL SELECT 'guard', service, NULL, NULL FROM banyan.guards
  UNION ALL SELECT 'mark', system, NULL, NULL FROM banyan.mark`;
