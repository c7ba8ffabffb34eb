import { BUCKETS, isServiceSideSql } from '@banyan/cohort';
import { quoteIdent, quoteTable } from '@banyan/postgres';
import { type Column, type Table, wholeType } from '../catalog/catalog.ts';
import { isPlain, type TableMapping } from '../mapping/mapping.ts';
import { ownerLookup, ownerSql } from '../mapping/owner.ts';

/** One value that both databases can compute and that must be the same: SQL over each side's own columns. */
export type Compared = { name: string; legacy: string; service: string };

/**
 * What verification compares of a table: the legacy columns, which the service computes by the reverse mapping, and
 * the service's derived columns, which the monolith computes by the forward mapping. Columns that are filled once
 * (`seed`) are left out, and derived columns of rows that the service owns, which are the service's to keep.
 */
export function projectionOf(
  mapping: TableMapping,
  legacy: Table,
  service: Table,
  owners: { share: number; salt: string; tables: readonly TableMapping[] },
  typesOfBoth: ReadonlySet<string>,
): Compared[] {
  const compared: Compared[] = [];
  for (const group of mapping.columns) {
    if (group.flow === 'seed') continue;
    for (const [name, expr] of Object.entries(group.reverse)) {
      const own = isPlain(group) ? service.columns.get(Object.keys(group.forward)[0]!) : undefined;
      const cast = castTo(legacy.columns.get(name)!, typesOfBoth, own);
      compared.push({ name, legacy: cast(quoteIdent(name)), service: cast(expr) });
    }
    if (Object.keys(group.reverse).length > 0 || owners.share >= BUCKETS) continue;
    for (const [name, expr] of Object.entries(group.forward)) {
      const cast = castTo(service.columns.get(name)!, typesOfBoth);
      compared.push({
        name,
        legacy: unlessServiceOwns(mapping, 'legacy', owners, cast(expr)),
        service: unlessServiceOwns(mapping, 'service', owners, cast(quoteIdent(name))),
      });
    }
  }
  return compared;
}

/** A derived value of a row that the service owns is the service's to keep: not compared. */
function unlessServiceOwns(
  mapping: TableMapping,
  side: 'legacy' | 'service',
  { share, salt, tables }: { share: number; salt: string; tables: readonly TableMapping[] },
  value: string,
): string {
  const owner = ownerLookup(mapping, tables, side);
  if (!owner || share === 0) return value;
  const row = quoteTable(mapping[side].schema, mapping[side].table);
  const service = ownerSql(owner, row, {
    ofKey: (key) => isServiceSideSql(share, key, salt),
    orphan: 'false',
  });
  return `CASE WHEN NOT (${service}) THEN ${value} END`;
}

/**
 * The same type on both sides, so that the same value is the same text. Never one that cuts a value short. `other`: the
 * column on the other side, where the mapping is nothing but a name.
 */
function castTo(column: Column, typesOfBoth: ReadonlySet<string>, other?: Column): (expr: string) => string {
  if (column.json && other && column.typeOid === other.typeOid) return (expr) => expr;
  if (column.json) return looseJson;
  if (column.ownType && !typesOfBoth.has(column.bareType)) return (expr) => `(${expr})::text`;
  return (expr) => (expr === quoteIdent(column.name) ? expr : `(${expr})::${wholeType(column)}`);
}

/** As jsonb writes it, which no order of keys and no space changes; what jsonb cannot hold, as it is. */
function looseJson(expr: string): string {
  return `CASE WHEN strpos((${expr})::text, '\\u0000') > 0 THEN (${expr})::text ELSE (${expr})::jsonb::text END`;
}
