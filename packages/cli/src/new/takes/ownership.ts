import type { ResolvedPlan } from '@banyan/plan';
import { columnOf, nameOf, shortName, type TakenTable } from './table.ts';

/** A table with what is guessed of it: whose its rows are, and what of it other services have already. */
export type OwnedTable = TakenTable & {
  owner:
    | { by: 'key'; column: string }
    | { by: 'parent'; parent: TakenTable; column: string; referenced: string }
    | { by: 'writer' };
  /** From what the owner was guessed, for the person who has to confirm it. */
  because: string;
  /** The service that makes and deletes its rows, if that is another one. */
  rowsOf: string | null;
  /** Columns that another service changes. */
  taken: string[];
};

type Services = Pick<ResolvedPlan, 'services'>['services'];

/** Tables of whoever signs in, by the names that they usually have, and the columns that usually refer to them. */
const PEOPLE = /^(user|account|customer|member|person|profile)s?$|^people$/;
const PERSON = /^(user|account|customer|member|person|owner)_?id$/i;

/**
 * Guesses by their foreign keys whose the rows of the tables are: of the person whom a row refers to; else of the row, of another of
 * these tables, that it refers to; else of nobody, so that one side writes the table.
 */
export function guessOwners(tables: readonly TakenTable[], services: Services): OwnedTable[] {
  const keyed = new Map(tables.map((table) => [nameOf(table), ownerByKey(table, services)]));
  const parented = new Map<string, Extract<OwnedTable['owner'], { by: 'parent' }>>();
  // A parent has an owner by key, or a parent of its own: each round finds the children of those found before.
  for (let found = true; found; ) {
    found = false;
    for (const table of tables) {
      const name = nameOf(table);
      if (keyed.get(name) || parented.has(name)) continue;
      const parent = parentOf(table, tables, (other) => Boolean(keyed.get(other)) || parented.has(other));
      if (!parent) continue;
      parented.set(name, parent);
      found = true;
    }
  }
  return tables.map((table) => {
    const name = nameOf(table);
    const key = keyed.get(name);
    const parent = parented.get(name);
    const others = takenByOthers(table, services);
    if (key) return { ...table, ...others, owner: { by: 'key', column: key.column }, because: key.because };
    if (parent) {
      const because = `${parent.column} refers to ${shortName(parent.parent)}, which is taken over too`;
      return { ...table, ...others, owner: parent, because };
    }
    const because = 'no column says whose a row is';
    return { ...table, ...others, owner: { by: 'writer' }, because };
  });
}

/** For the person who has to confirm it. */
export function guessOf(table: OwnedTable): string {
  const { owner, because, rowsOf } = table;
  const whose = {
    key: `are owned by ${owner.by === 'key' ? owner.column : ''}`,
    parent: `belong to ${owner.by === 'parent' ? shortName(owner.parent) : ''}`,
    writer: 'have one writer',
  }[owner.by];
  const made = rowsOf === null ? '' : `; ${rowsOf} makes them`;
  return `rows of ${shortName(table)} ${whose}: ${because}${made}`;
}

function ownerByKey(table: TakenTable, services: Services): { column: string; because: string } | undefined {
  if (PEOPLE.test(table.name) && table.key.length === 1)
    return { column: table.key[0]!, because: `a row of ${shortName(table)} is a person` };
  const toPeople = table.references.find(
    ({ table: to, referenced }) => PEOPLE.test(to.split('.')[1]!) || isKeyInPlan(to, referenced, services),
  );
  if (toPeople)
    return {
      column: toPeople.column,
      because: `${toPeople.column} refers to ${toPeople.table.replace(/^public\./, '')}`,
    };
  const named = table.columns.find(({ name }) => PERSON.test(name));
  return named && { column: named.name, because: `a column is called ${named.name}` };
}

/** Whether a service of the plan says that this column is what keys of requests are. */
function isKeyInPlan(name: string, column: string, services: Services): boolean {
  return Object.values(services).some(({ tables }) =>
    tables.some(
      ({ legacy, owner }) =>
        nameOfSide(legacy) === name && owner.by === 'key' && owner.legacyColumn === column,
    ),
  );
}

function parentOf(
  table: TakenTable,
  tables: readonly TakenTable[],
  mayBeParent: (name: string) => boolean,
): Extract<OwnedTable['owner'], { by: 'parent' }> | undefined {
  for (const { column, table: to, referenced } of table.references) {
    const parent = tables.find((other) => nameOf(other) === to);
    const isKey = parent?.key.length === 1 && parent.key[0] === referenced;
    if (isKey && to !== nameOf(table) && mayBeParent(to) && columnOf(table, column).notNull)
      return { by: 'parent', parent: parent!, column, referenced };
  }
  return undefined;
}

function takenByOthers(table: TakenTable, services: Services): Pick<OwnedTable, 'rowsOf' | 'taken'> {
  const mappings = Object.values(services).flatMap(({ name, tables }) =>
    tables.filter(({ legacy }) => nameOfSide(legacy) === nameOf(table)).map((mapping) => ({ name, mapping })),
  );
  return {
    rowsOf: mappings.find(({ mapping }) => mapping.rows === 'owned')?.name ?? null,
    taken: mappings.flatMap(({ mapping }) =>
      mapping.columns
        .filter(({ flow }) => flow === 'both')
        .flatMap(({ reverse }) => Object.keys(reverse))
        .filter((column) => !table.key.includes(column)),
    ),
  };
}

function nameOfSide({ schema, table }: { schema: string; table: string }): string {
  return `${schema}.${table}`;
}
