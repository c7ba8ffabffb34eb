import type { Table } from '../catalog/catalog.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { type Context, type End, endsOf } from './context.ts';
import type { Finding } from './finding.ts';

export type MappedTable = {
  mapping: TableMapping;
  end: End;
  side: TableMapping['legacy'];
  /** `schema.table` */
  name: string;
  table: Table;
  isSource: boolean;
};

/** What `check` finds of each mapped table of both ends. A table that is not there is a finding of its own. */
export async function eachTable(
  context: Context,
  check: (mapped: MappedTable) => Finding[] | Promise<Finding[]>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const mapping of context.config.tables)
    for (const { end, side, isSource } of endsOf(context, mapping)) {
      const table = await end.table(side);
      if (!table) continue;
      const found = await check({ mapping, end, side, name: nameOf(side), table, isSource });
      findings.push(...found.map((finding) => ({ ...finding, end: end.is })));
    }
  return findings;
}
