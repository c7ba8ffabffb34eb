import { createHash } from 'node:crypto';
import { BUCKETS, bucketSql } from '@banyan/cohort';
import { PINNED_SETTINGS, quoteIdent, quoteLiteral } from '@banyan/postgres';
import type { Table } from '../catalog/catalog.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { ownerLookup, ownerSql } from '../mapping/owner.ts';
import { setOf } from '../mapping/row-set.ts';
import { signatureSql } from './signature.ts';

/**
 * Prefix of the message by which the guard tells the forward link, in the transaction and right before the row, that the
 * next change of a table is one of the monolith's own cascades or triggers.
 */
export const CARRY_PREFIX = 'banyan-carry';
/** It says this, as JSON in `carry`, and in `seal` that the guard has said so: who has no keys cannot make one. */
export type Carry = { service: string; table: string; columns: string[] };

/** SQLSTATE of a refused write, "read-only"; class BA is ours. */
export const GUARD_SQLSTATE = 'BA001';

/** Of a function and of its trigger: `rows` sees UPDATE and DELETE, `table` sees TRUNCATE. */
export type GuardOf = 'rows' | 'table';

/** Unique per service, table and what is guarded, and never longer than PostgreSQL's 63 bytes. */
export function guardName(
  service: string,
  { legacy }: Pick<TableMapping, 'legacy'>,
  of: GuardOf = 'rows',
): string {
  const table = createHash('sha256')
    .update(JSON.stringify([legacy.schema, legacy.table, ...(of === 'table' ? ['TRUNCATE'] : [])]))
    .digest('hex');
  return `banyan_guard_${service}_${table.slice(0, 8)}`;
}

/** Which guards a table has: nobody is kept from a TRUNCATE that the plan ignores, or of rows that are not the service's. */
export function guardsOf({ rows, onTruncate }: Pick<TableMapping, 'rows' | 'onTruncate'>): GuardOf[] {
  return rows === 'owned' && onTruncate !== 'ignore' ? ['rows', 'table'] : ['rows'];
}

/** Functions of this service's guard and of no other's. Service names hold no character that a pattern knows. */
export function guardPattern(service: string): string {
  return `^banyan_guard_${service}_[0-9a-f]{8}$`;
}

/** Quoted name of the sequence that counts the writes refused for a service. */
export function refusedSequence(service: string): string {
  return `banyan.${quoteIdent(`refused_${service}`)}`;
}

/** Quoted name of the sequence that counts those refused to the monolith's own jobs. */
export function excusedSequence(service: string): string {
  return `banyan.${quoteIdent(`excused_${service}`)}`;
}

/**
 * The trigger function that guards the rows of one table.
 *
 * It runs with the rights of Banyan's role, whoever writes: the monolith's role needs nothing in schema `banyan`. So it
 * must not run a line of anybody else's code. Names are looked up in `pg_catalog` alone; values are compared by their bytes
 * and turned to text by their types' output functions, which only a superuser can define, never by an operator or a cast,
 * which the owner of a type can. Nobody may attach it to a table of his own.
 *
 * The one error that it raises is its refusal. What it cannot judge (a column is gone, the schema is damaged) it lets
 * through and logs: the link finds out that the owner is another, and the owner wins.
 */
export function guardFunctionSql(
  mapping: TableMapping,
  table: Table,
  {
    service,
    salt,
    carries,
    tables,
    jobs,
  }: {
    service: string;
    salt: string;
    carries: boolean;
    tables: readonly TableMapping[];
    jobs: readonly string[];
  },
): string {
  const deletes = mapping.rows === 'owned';
  const columns = mapping.columns
    .filter((group) => group.flow === 'both')
    .flatMap((group) => Object.keys(group.reverse))
    // Of a generated column, NEW has no value yet.
    .filter((column) => table.columns.get(column)?.generated === false);
  return define(
    guardName(service, mapping),
    `
DECLARE
  guard_share integer;
  guard_inner bytea;
  guard_outer bytea;
  refused boolean := false;
  carried text;
BEGIN
  BEGIN
    SELECT share, seal_inner, seal_outer INTO guard_share, guard_inner, guard_outer
      FROM banyan.guards WHERE service = ${quoteLiteral(service)};
    IF guard_share IS NULL OR NOT (${rowsOfService(mapping)}) OR NOT (${concerns(deletes, columns)}) THEN
      NULL;
    ELSIF ${carries} AND pg_catalog.pg_trigger_depth() > 1 THEN
      carried := ${carryText(service, mapping, columns)};
      carried := pg_catalog.json_build_object('carry', carried,
        'seal', ${signatureSql('carried', { inner: 'guard_inner', outer: 'guard_outer' })})::text;
    ELSIF guard_share > 0 AND (${ownedByService(mapping, tables, salt)}) THEN
      ${count(service, jobs)}
      refused := true;
    END IF;
  ${CANNOT_JUDGE}
  END;
  IF refused THEN
    ${refusal(service, `owns this row of ${mapping.legacy.table}`)}
  END IF;
  -- Not in the block above, which is a subtransaction: the log's order is sure within one transaction only.
  IF carried IS NOT NULL THEN
    PERFORM pg_catalog.pg_logical_emit_message(true, ${quoteLiteral(CARRY_PREFIX)}, carried);
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END`,
  );
}

/**
 * The trigger function that guards a table as a whole. A TRUNCATE takes the rows of every key, also by way of a cascade,
 * and cannot be carried to the service by the share: it is refused as soon as one key is the service's.
 */
export function truncateGuardSql(
  mapping: TableMapping,
  { service, jobs }: { service: string; jobs: readonly string[] },
): string {
  const from = mapping.owner.by === 'writer' ? BUCKETS : 1;
  return define(
    guardName(service, mapping, 'table'),
    `
DECLARE
  refused boolean := false;
BEGIN
  BEGIN
    IF EXISTS (SELECT FROM banyan.guards WHERE service = ${quoteLiteral(service)} AND share >= ${from}) THEN
      ${count(service, jobs)}
      refused := true;
    END IF;
  ${CANNOT_JUDGE}
  END;
  IF refused THEN
    ${refusal(service, `owns rows of ${mapping.legacy.table}`)}
  END IF;
  RETURN NULL;
END`,
  );
}

const CANNOT_JUDGE = `EXCEPTION WHEN OTHERS THEN
    RAISE LOG 'Banyan: the guard of % cannot judge a write: %', TG_RELID::regclass, SQLERRM;`;

/** A sequence counts what is rolled back too. The name of a connection is whatever its client says: it excuses, and allows nothing. */
function count(service: string, jobs: readonly string[]): string {
  const next = (sequence: string) => `PERFORM pg_catalog.nextval(${quoteLiteral(sequence)});`;
  const refused = next(refusedSequence(service));
  if (jobs.length === 0) return refused;
  const names = jobs.map(quoteLiteral).join(', ');
  return `IF (pg_catalog.current_setting('application_name')) COLLATE pg_catalog."C" OPERATOR(pg_catalog.=) ANY (ARRAY[${names}]::text[]) THEN
        ${next(excusedSequence(service))}
      ELSE
        ${refused}
      END IF;`;
}

function refusal(service: string, owns: string): string {
  const hint =
    `Send the request through Banyan's gateway, or write to the service. To give the rows back to the monolith: ` +
    `banyan rollback ${service}.`;
  return `RAISE EXCEPTION USING ERRCODE = ${quoteLiteral(GUARD_SQLSTATE)},
      MESSAGE = ${quoteLiteral(`Banyan: the service ${service} ${owns}`)},
      DETAIL = pg_catalog.format('%s refused on the monolith''s side', TG_OP), HINT = ${quoteLiteral(hint)};`;
}

function define(guard: string, body: string): string {
  const name = `banyan.${quoteIdent(guard)}`;
  const settings = Object.entries(PINNED_SETTINGS).map(
    ([setting, value]) => `SET ${quoteIdent(setting)} = ${quoteLiteral(value)}`,
  );
  return `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp ${settings.join(' ')} AS ${quoteLiteral(body)};
    REVOKE ALL ON FUNCTION ${name}() FROM PUBLIC`;
}

/** Whether the write touches what can be the service's: a row, if it owns rows, or a column that flows both ways. */
function concerns(deletes: boolean, columns: string[]): string {
  const values = (row: string) =>
    `ROW(${columns.map((column) => `${row}.${quoteIdent(column)}`).join(', ')})::record`;
  const changed =
    columns.length === 0 ? 'false' : `${values('OLD')} OPERATOR(pg_catalog.*<>) ${values('NEW')}`;
  return `CASE WHEN TG_OP = 'DELETE' THEN ${deletes} ELSE ${changed} END`;
}

/** Whether the row was one of those that the service has: one that comes to be one is inserted there. */
function rowsOfService(mapping: TableMapping): string {
  const set = setOf(mapping, 'legacy');
  if (!set) return 'true';
  const value = `OLD.${quoteIdent(set.column)}`;
  const texts = [...set.values].map(quoteLiteral).join(', ');
  const text = `CASE WHEN ${value} IS NULL THEN NULL ELSE pg_catalog.format('%s', ${value}) END`;
  return `coalesce((${text}) COLLATE pg_catalog."C" OPERATOR(pg_catalog.=) ANY (ARRAY[${texts}]::text[]), false)`;
}

function carryText(service: string, { legacy }: TableMapping, columns: string[]): string {
  const changed = columns.map(
    (column) =>
      `CASE WHEN TG_OP = 'UPDATE' AND ROW(OLD.${quoteIdent(column)})::record OPERATOR(pg_catalog.*<>) ROW(NEW.${quoteIdent(column)})::record THEN ${quoteLiteral(column)} END`,
  );
  return `pg_catalog.json_build_object('service', ${quoteLiteral(service)}, 'table', ${quoteLiteral(nameOf(legacy))},
        'columns', pg_catalog.array_remove(ARRAY[${changed.join(', ')}]::text[], NULL))::text`;
}

/** A row whose parent is not there, or not any more, is the monolith's: nobody on the service's side can own it. */
function ownedByService(mapping: TableMapping, tables: readonly TableMapping[], salt: string): string {
  const owner = ownerLookup(mapping, tables, 'legacy');
  if (!owner) return `guard_share >= ${BUCKETS}`;
  const ofKey = (key: string) => {
    const text = `CASE WHEN ${key} IS NULL THEN NULL ELSE pg_catalog.format('%s', ${key}) END`;
    return `coalesce(${bucketSql(text, salt)} < guard_share, false)`;
  };
  const equals = 'OPERATOR(pg_catalog.=)';
  return `guard_share >= ${BUCKETS} OR ${ownerSql(owner, 'OLD', { ofKey, orphan: 'false', equals })}`;
}
