import { quoteIdent } from '@banyan/postgres';
import type pg from 'pg';
import { describeTable } from '../catalog/catalog.ts';
import { ReplicationError } from '../errors.ts';
import { type ColumnMapping, nameOf, type TableMapping } from './mapping.ts';
import { legacyRowsSql } from './row-set.ts';

/** A legacy value that does not come back as it was. */
export type RoundTripBreach = {
  /** Legacy columns of the group. */
  columns: string[];
  legacy: Record<string, string | null>;
  back: Record<string, string | null>;
};

/**
 * Checks `reverse(forward(l)) = l` for every group with a reverse, on `samples` (legacy column → text, types as in
 * the legacy table) or, without samples, on up to `limit` rows of the legacy table itself. Default limit 10,000.
 */
export async function checkRoundTrip(
  monolith: Pick<pg.Pool, 'query'>,
  mapping: TableMapping,
  samples?: Record<string, string | null>[],
  options: { limit?: number } = {},
): Promise<RoundTripBreach[]> {
  const table = await describeTable(monolith, mapping.legacy);
  if (!table)
    throw new ReplicationError('MAPPING_INVALID', { table: nameOf(mapping.legacy), why: 'no such table' });
  const breaches: RoundTripBreach[] = [];
  for (const group of mapping.columns) {
    const columns = Object.keys(group.reverse);
    if (columns.length === 0) continue;
    const inputs = [...new Set([...group.legacyColumns, ...columns])];
    const values = samples && inputs.map((column) => samples.map((sample) => sample[column] ?? null));
    const from = samples
      ? `(SELECT ${inputs.map((column, index) => `unnest($${index + 1}::text[])::${table.columns.get(column)!.bareType} AS ${quoteIdent(column)}`).join(', ')}) AS l`
      : `(SELECT * FROM ${quoteIdent(mapping.legacy.schema)}.${quoteIdent(mapping.legacy.table)} WHERE ${legacyRowsSql(mapping) ?? 'true'} LIMIT ${options.limit ?? 10_000}) AS l`;
    const { rows } = await monolith.query({
      text: roundTripSql(group, columns, table, from),
      values,
      rowMode: 'array',
    });
    for (const row of rows)
      breaches.push({
        columns,
        legacy: Object.fromEntries(columns.map((column, index) => [column, row[index]])),
        back: Object.fromEntries(columns.map((column, index) => [column, row[columns.length + index]])),
      });
  }
  return breaches;
}

function roundTripSql(
  group: ColumnMapping,
  columns: string[],
  table: NonNullable<Awaited<ReturnType<typeof describeTable>>>,
  from: string,
): string {
  const forward = Object.entries(group.forward).map(([column, expr]) => `${expr} AS ${quoteIdent(column)}`);
  const kept = columns.map((column, index) => `${quoteIdent(column)} AS banyan_${index}`);
  const back = columns.map(
    (column) => `((${group.reverse[column]})::${table.columns.get(column)!.bareType})::text`,
  );
  const legacy = columns.map((_, index) => `banyan_${index}::text`);
  const differs = back.map((expr, index) => `${expr} IS DISTINCT FROM ${legacy[index]}`);
  return `SELECT ${[...legacy, ...back].join(', ')} FROM (SELECT ${[...forward, ...kept].join(', ')} FROM ${from}) AS s
    WHERE ${differs.join(' OR ')} LIMIT 100`;
}
