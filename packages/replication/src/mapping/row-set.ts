import { quoteIdent, quoteLiteral } from '@banyan/postgres';
import { isPlain, type TableMapping } from './mapping.ts';

/** Rows of a mapping that is about some of a table's (`where`), as one side has them. */
export type SideOfSet = { column: string; values: ReadonlySet<string> };

/** Undefined: it is about all rows. */
export function setOf(
  { where, columns }: Pick<TableMapping, 'where' | 'columns'>,
  side: 'legacy' | 'service',
): SideOfSet | undefined {
  if (!where) return undefined;
  const values = new Set(where.in);
  if (side === 'legacy') return { column: where.column, values };
  const group = columns.find((each) => isPlain(each) && each.legacyColumns[0] === where.column);
  return { column: group!.serviceColumns[0]!, values };
}

/** SQL over the columns of `row` (a name with its dot, or nothing): whether it is one of the set. Never NULL. */
export function inSetSql({ column, values }: SideOfSet, row = ''): string {
  const texts = [...values].map(quoteLiteral).join(', ');
  return `coalesce((${row}${quoteIdent(column)}::text COLLATE "C") = ANY (ARRAY[${texts}]::text[]), false)`;
}

/** SQL: whether a row of the monolith's table is one that the mapping is about; undefined: all are. */
export function legacyRowsSql(
  mapping: Pick<TableMapping, 'where' | 'columns'>,
  row = '',
): string | undefined {
  const set = setOf(mapping, 'legacy');
  return set && inSetSql(set, row);
}
