import { quoteIdent, quoteTable } from '@banyan/postgres';
import type { Table } from '../catalog/catalog.ts';
import type { Parent } from '../catalog/foreign-keys.ts';
import { ReplicationError } from '../errors.ts';
import {
  type ColumnFlow,
  type ColumnMapping,
  type Direction,
  isPlain,
  nameOf,
  type TableMapping,
} from './mapping.ts';
import { type OwnerLookup, ownerLookup } from './owner.ts';
import { type SideOfSet, setOf } from './row-set.ts';

/** One target column and how it comes about. */
export type Output = {
  column: string;
  flow: ColumnFlow;
  /** SQL over source columns. */
  expr: string;
  /** Source columns that must be present. */
  inputs: string[];
  /**
   * Source columns as SQL over target columns, where the mapping is more than a name: if they already give the
   * source's values, the target's finer split ("Mary Ann" + "Smith") is left alone.
   */
  reverse: Record<string, string> | undefined;
};

/** A table mapping as seen from one direction, with both catalogs looked up. */
export type TablePlan = {
  mapping: TableMapping;
  direction: Direction;
  source: Table;
  target: Table;
  /** Quoted. */
  targetName: string;
  sourceKey: string[];
  targetKey: string[];
  /**
   * Columns that hold the owner's key, or lead to the parent whose owner counts, which `lookup` finds on the target; undefined
   * for tables with one writer.
   */
  owner: { source: string; target: string; lookup: OwnerLookup; byParent: boolean } | undefined;
  /** By what the rows are known that the mapping is about; undefined: it is about all. */
  set: { source: SideOfSet; target: SideOfSet } | undefined;
  /** Written when a row is inserted. */
  inserts: Output[];
  /** Written when the owner updates a row. */
  updates: Output[];
  /** Written when a row is updated by the side that does not own it: the columns it keeps owning. */
  forwardOnly: Output[];
  /** Forward-only columns that both sides have: of rows that the service inserts, the monolith tells what they are. */
  announced: Output[];
  /** The same as columns of a reverse link's target. */
  announces: string[];
  /** Source columns that any expression reads, key and owner first. */
  inputs: string[];
  /** Source column → the type its text is cast to on the target before an expression sees it. */
  casts: Map<string, string>;
  /** Foreign keys of the target that the link looks after. */
  parents: readonly Parent[];
  /** Mapped tables whose rows the source deletes with a row of this one. */
  dependants: readonly Dependant[];
};

/** A mapped table whose rows go with those of another when the source deletes them, as its foreign key there has it. */
export type Dependant = {
  plan: TablePlan;
  references: Reference[];
};

/** Columns on the target: the dependant's, and the one that it refers to. */
export type Reference = { column: string; referenced: string };

/** Compiles a mapping. Throws TARGET_SHAPE or SCHEMA_CHANGED with table and column if a column is missing. */
export function planTable(
  mapping: TableMapping,
  mappings: readonly TableMapping[],
  direction: Direction,
  source: Table,
  target: Table,
  knownTypes: ReadonlySet<string> = new Set(),
  parents: readonly Parent[] = [],
): TablePlan {
  const forward = direction === 'forward';
  const groups = mapping.columns;
  const outputs = (accept: (group: ColumnMapping) => boolean) =>
    groups.filter(accept).flatMap((group) => outputsOf(group, direction));
  const inserts =
    !forward && mapping.rows === 'foreign' ? [] : outputs((group) => forward || group.flow !== 'forward');
  const updates = outputs((group) => group.flow === 'both' || (forward && group.flow === 'forward'));
  const forwardOnly = forward ? updates.filter((output) => output.flow === 'forward') : [];
  const shared =
    mapping.rows === 'foreign'
      ? []
      : groups.filter((group) => group.flow === 'forward' && Object.keys(group.reverse).length > 0);
  const announced = forward ? shared.flatMap((group) => outputsOf(group, direction)) : [];
  const announces = forward ? [] : [...new Set(shared.flatMap((group) => group.legacyColumns))];
  const sides = forward
    ? { source: mapping.legacy, target: mapping.service }
    : { source: mapping.service, target: mapping.legacy };
  const owner = ownerOf(mapping, mappings, direction);
  const all = [...inserts, ...updates];
  const inputs = [
    ...new Set([
      ...sides.source.key,
      ...(owner ? [owner.source] : []),
      ...all.flatMap((output) => output.inputs),
    ]),
  ];
  const plan: TablePlan = {
    mapping,
    direction,
    source,
    target,
    targetName: quoteTable(sides.target.schema, sides.target.table),
    sourceKey: sides.source.key,
    targetKey: sides.target.key,
    owner,
    set: setsOf(mapping, direction),
    inserts,
    updates,
    forwardOnly,
    announced,
    announces,
    inputs,
    casts: new Map(),
    parents,
    dependants: [],
  };
  checkColumns(plan, all);
  for (const input of inputs) plan.casts.set(input, castOf(plan, input, all, knownTypes));
  return plan;
}

function ownerOf(
  mapping: TableMapping,
  mappings: readonly TableMapping[],
  direction: Direction,
): TablePlan['owner'] {
  const [from, to] =
    direction === 'forward' ? (['legacy', 'service'] as const) : (['service', 'legacy'] as const);
  const source = ownerLookup(mapping, mappings, from);
  const lookup = ownerLookup(mapping, mappings, to);
  if (!source || !lookup) return undefined;
  return { source: source.column, target: lookup.column, lookup, byParent: lookup.parent !== undefined };
}

function setsOf(mapping: TableMapping, direction: Direction): TablePlan['set'] {
  const [legacy, service] = [setOf(mapping, 'legacy'), setOf(mapping, 'service')];
  if (!legacy || !service) return undefined;
  return direction === 'forward' ? { source: legacy, target: service } : { source: service, target: legacy };
}

function outputsOf(group: ColumnMapping, direction: Direction): Output[] {
  const forward = direction === 'forward';
  const expressions = Object.entries(forward ? group.forward : group.reverse);
  const back = forward ? group.reverse : group.forward;
  const inputs = forward ? group.legacyColumns : group.serviceColumns;
  const reverse = !isPlain(group) && Object.keys(back).length > 0 ? back : undefined;
  return expressions.map(([column, expr]) => ({ column, flow: group.flow, expr, inputs, reverse }));
}

function checkColumns(plan: TablePlan, outputs: Output[]): void {
  for (const input of plan.inputs) {
    if (!plan.source.columns.has(input))
      throw new ReplicationError('SCHEMA_CHANGED', {
        table: `${plan.source.schema}.${plan.source.name}`,
        column: input,
        why: 'the source has no such column',
      });
  }
  for (const { column } of outputs) {
    const found = plan.target.columns.get(column);
    const why = !found
      ? 'the target has no such column'
      : found.generated
        ? 'the column is generated'
        : undefined;
    if (why)
      throw new ReplicationError('TARGET_SHAPE', {
        table: `${plan.target.schema}.${plan.target.name}`,
        column,
        why,
      });
  }
}

/**
 * A column that is only renamed is read straight as the target's type; one that an expression works on is given the
 * source's type first, if the target's database knows it.
 */
function castOf(plan: TablePlan, input: string, outputs: Output[], knownTypes: ReadonlySet<string>): string {
  const readers = outputs.filter((output) => output.inputs.includes(input));
  const plain = readers.find((output) => output.expr === quoteIdent(input));
  if (plain && readers.every((output) => output.expr === plain.expr && output.column === plain.column))
    return plan.target.columns.get(plain.column)!.bareType;
  const column = plan.source.columns.get(input)!;
  return !column.ownType || knownTypes.has(column.bareType) ? column.bareType : 'text';
}

/** What a stream's table is called on the source, for finding its plan. */
export function sourceName(mapping: TableMapping, direction: Direction): string {
  return nameOf(direction === 'forward' ? mapping.legacy : mapping.service);
}
