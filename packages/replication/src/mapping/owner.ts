import { quoteIdent, quoteTable } from '@banyan/postgres';
import { ReplicationError } from '../errors.ts';
import { isPlain, nameOf, type TableMapping } from './mapping.ts';

export type Side = 'legacy' | 'service';

/** Where one side keeps the key of a row's owner: in a column of the row, or with the parent that the column refers to. */
export type OwnerLookup = {
  column: string;
  parent?: { table: { schema: string; table: string }; key: string; owner: OwnerLookup };
};

/** Undefined for tables with one writer. Throws MAPPING_INVALID if a parent is not among `tables`, or leads in a circle. */
export function ownerLookup(
  mapping: TableMapping,
  tables: readonly TableMapping[],
  side: Side,
): OwnerLookup | undefined {
  const { owner } = mapping;
  if (owner.by === 'writer') return undefined;
  if (owner.by === 'key') return { column: side === 'legacy' ? owner.legacyColumn : owner.serviceColumn };
  const [parent] = parentsOf(mapping, tables);
  const column = side === 'legacy' ? owner.column : serviceColumnOf(mapping, owner.column)!;
  return {
    column,
    parent: {
      table: parent![side],
      key: parent![side].key[0]!,
      owner: ownerLookup(parent!, tables, side)!,
    },
  };
}

/**
 * The mappings of a row's parent, of the parent's parent, and so on to the one whose owner is a key of its own; none if the
 * owner is not found by a parent. Throws MAPPING_INVALID.
 */
export function parentsOf(mapping: TableMapping, tables: readonly TableMapping[]): TableMapping[] {
  const found: TableMapping[] = [];
  for (let child = mapping; child.owner.by === 'parent'; child = found.at(-1)!) {
    const { owner } = child;
    const refuse = (why: string): never => {
      throw new ReplicationError('MAPPING_INVALID', { table: nameOf(mapping.legacy), why });
    };
    const name = owner.table.includes('.') ? owner.table : `public.${owner.table}`;
    const parent = tables.find(({ legacy }) => nameOf(legacy) === name);
    if (!parent) return refuse(`its owner is found by ${name}, which is no mapped table of this service`);
    if (parent === mapping || found.includes(parent)) refuse(`its parents lead in a circle, by ${name}`);
    if (parent.legacy.key.length !== 1) refuse(`its parent ${name} has a key of several columns`);
    if (parent.owner.by === 'writer')
      refuse(`its parent ${name} has one writer: say { by: 'writer' } here too`);
    found.push(parent);
  }
  return found;
}

/** The service's name of a legacy column that is mapped by nothing but a name. */
function serviceColumnOf(mapping: TableMapping, legacyColumn: string): string | undefined {
  const group = mapping.columns.find((each) => isPlain(each) && each.legacyColumns[0] === legacyColumn);
  return group?.serviceColumns[0];
}

/**
 * A boolean SQL expression over the row `row` (a quoted name): what `ofKey` says of its owner's key, and `orphan` if the
 * parent that it refers to is not there.
 */
export function ownerSql(
  lookup: OwnerLookup,
  row: string,
  options: {
    ofKey: (key: string) => string;
    orphan: string;
    /** The operator by which a reference finds its parent. Default `=`. */
    equals?: string;
  },
  depth = 0,
): string {
  const { ofKey, orphan, equals = '=' } = options;
  const value = `${row}.${quoteIdent(lookup.column)}`;
  if (!lookup.parent) return ofKey(value);
  const { table, key, owner } = lookup.parent;
  const alias = `banyan_parent_${depth}`;
  const ofParent = ownerSql(owner, alias, options, depth + 1);
  return (
    `CASE WHEN ${value} IS NULL THEN ${ofKey('NULL::text')} ELSE coalesce((SELECT ${ofParent} ` +
    `FROM ${quoteTable(table.schema, table.table)} AS ${alias} WHERE ${alias}.${quoteIdent(key)} ${equals} ${value}), ${orphan}) END`
  );
}
