import { quoteTable } from '@banyan/postgres';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { ownerLookup, ownerSql } from '../mapping/owner.ts';
import type { Context, End } from './context.ts';
import { error, type Finding } from './finding.ts';

/** Owners that are found by a parent, and cannot be asked for: types that do not compare, rights that are lacking. */
export async function checkOwnerParents({ config, source, target }: Context): Promise<Finding[]> {
  const children = config.tables.filter(({ owner }) => owner.by === 'parent');
  const findings = await Promise.all(
    children.flatMap((mapping) => [source, target].map((end) => checkLookup(mapping, config.tables, end))),
  );
  return findings.flat();
}

async function checkLookup(
  mapping: TableMapping,
  tables: readonly TableMapping[],
  end: End,
): Promise<Finding[]> {
  const side = end.is === 'monolith' ? 'legacy' : 'service';
  const child = mapping[side];
  const table = await end.table(child);
  const lookup = ownerLookup(mapping, tables, side);
  if (!table?.columns.has(lookup!.column)) return []; // a finding of its own
  const owner = ownerSql(lookup!, 't', { ofKey: (key) => `${key} IS NULL`, orphan: 'true' });
  const sql = `SELECT ${owner} FROM ${quoteTable(child.schema, child.table)} AS t LIMIT 0`;
  try {
    await end.db.query(sql);
    return [];
  } catch (cause) {
    const why = (cause as Error).message;
    const message = `The parent by which the owner of a row of ${nameOf(child)} is found cannot be asked for: ${why}.`;
    const hint = `Give ${lookup!.column} the type of the parent's key, and Banyan's role SELECT on the parent.`;
    return [{ ...error('owner_parent', message, hint, nameOf(child)), end: end.is }];
  }
}
