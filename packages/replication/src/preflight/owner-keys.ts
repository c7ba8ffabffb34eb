import { canonicalKeySql } from '@banyan/cohort';
import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import type { Context } from './context.ts';
import { error, type Finding } from './finding.ts';

/**
 * Owner columns whose values do not say by their text, in canonical form, whose row it is: a request could name the
 * row by another text than the column holds, and so be sent to the side that does not own it. Rows that are at fault
 * are named; only columns whose type makes it possible are read.
 */
export async function checkOwnerKeys({ config, source, target }: Context): Promise<Finding[]> {
  if (config.direction === 'reverse') return [];
  const findings = await Promise.all(
    config.tables.map((mapping) => checkMapping(mapping, source.db, target.db)),
  );
  return findings.flat();
}

async function checkMapping(mapping: TableMapping, monolith: pg.Pool, service: pg.Pool): Promise<Finding[]> {
  if (mapping.owner.by !== 'key') return [];
  const { legacyColumn, serviceColumn } = mapping.owner;
  return [
    ...told('monolith', await checkColumn(monolith, mapping.legacy, legacyColumn)),
    ...told('service', await checkColumn(service, mapping.service, serviceColumn)),
  ];
}

function told(end: Finding['end'], findings: Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, end }));
}

type Side = TableMapping['legacy'];

/** Types of which each value has one text, up to canonical form. Enums are of this kind too. */
const EXACT = new Set(['int2', 'int4', 'int8', 'uuid', 'text', 'varchar', 'bpchar', 'name', 'oid']);
/** Types in which only whole numbers have one canonical text. */
const NUMBERS = new Set(['numeric', 'float4', 'float8']);
const SHOWN = 5;

async function checkColumn(db: pg.Pool, side: Side, column: string): Promise<Finding[]> {
  const type = await typeOf(db, side, column);
  if (type === null) return []; // no such table or column is a finding of its own
  const text = `${quoteIdent(column)}::text`;
  if (type.name === 'citext') {
    const found = await rowsAt(db, side, text, `${text} ~ '[^\\x01-\\x7f]'`);
    return notCanonical(side, column, found, 'citext finds it by other cases of its letters too', 'text');
  }
  if (NUMBERS.has(type.name)) {
    const found = await rowsAt(db, side, text, `${canonicalKeySql(text)} !~ '^-?[0-9]+$'`);
    return notCanonical(
      side,
      column,
      found,
      `${type.name} writes such a number in several ways`,
      'bigint or text',
    );
  }
  if (!type.deterministic)
    return [
      error(
        'owner_key_type',
        `${at(side, column)} has a collation that takes different texts for the same.`,
        'Own the rows by a column with a deterministic collation, or by an id.',
        nameOf(side),
      ),
    ];
  if (type.isEnum || EXACT.has(type.name)) return [];
  return [
    error(
      'owner_key_type',
      `${at(side, column)} is of type ${type.name}, whose values have more than one text.`,
      'Own the rows by a column of an integer type, uuid or text.',
      nameOf(side),
    ),
  ];
}

async function typeOf(
  db: pg.Pool,
  side: Side,
  column: string,
): Promise<{ name: string; isEnum: boolean; deterministic: boolean } | null> {
  const { rows } = await db.query(TYPE_SQL, [side.schema, side.table, column]);
  return rows[0] ?? null;
}

/** Of a domain, the type it is made of. */
const TYPE_SQL = `
  WITH RECURSIVE base AS (
    SELECT a.atttypid AS type, a.attcollation AS collation
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT t.typbasetype, base.collation FROM base JOIN pg_type t ON t.oid = base.type WHERE t.typbasetype <> 0
  )
  SELECT t.typname AS name, t.typtype = 'e' AS "isEnum", coalesce(co.collisdeterministic, true) AS deterministic
  FROM base JOIN pg_type t ON t.oid = base.type LEFT JOIN pg_collation co ON co.oid = base.collation
  WHERE t.typbasetype = 0`;

async function rowsAt(db: pg.Pool, side: Side, shown: string, where: string): Promise<string[]> {
  const key = side.key.map((name) => `${quoteIdent(name)}::text`).join(`, ', ', `);
  const sql = `SELECT left(${shown}, 80) || ' (' || concat(${key}) || ')' AS found
    FROM ${quoteTable(side.schema, side.table)} WHERE ${where} LIMIT ${SHOWN}`;
  // Where we may not look, that is a finding already.
  const looked = await db.query<{ found: string }>(sql).catch(() => undefined);
  return (looked?.rows ?? []).map(({ found }) => found);
}

function notCanonical(side: Side, column: string, found: string[], why: string, type: string): Finding[] {
  if (found.length === 0) return [];
  return [
    error(
      'owner_key_not_canonical',
      `${at(side, column)} holds keys that a request can name by other texts, as ${why}: ${found.join(', ')}` +
        `${found.length === SHOWN ? ', ...' : '.'}`,
      `Change these values, make the column ${type}, or own the rows by another column.`,
      nameOf(side),
    ),
  ];
}

function at({ schema, table }: Side, column: string): string {
  return `${nameOf({ schema, table })}.${column}`;
}
