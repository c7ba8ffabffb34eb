import { namesOf } from '../rename.ts';
import type { OwnedTable } from './ownership.ts';
import { columnOf, type TakenTable } from './table.ts';
import { kindOf } from './values.ts';

/** The routes of a table that are written, and the words for them; each is left out where it would not be true. */
export type Parts = {
  table: OwnedTable;
  /** `ApplicationNotes`, of which types and functions are named. */
  name: string;
  /** Below the API's path. */
  path: string;
  /** The column by which one row is asked for, if its key is one: by a route, or on the way to the rows that belong to it. */
  id: string | null;
  /** Whether its rows can be read in pages. */
  isListed: boolean;
  /** Columns of a new row that whoever makes it says; null: rows are made by another service, or are whoever asks themselves. */
  given: string[] | null;
  /** Above it, of rows that belong to a row. */
  parent: Parts | null;
};

export function partsOf(tables: readonly OwnedTable[]): Parts[] {
  return tables.map((table) => partsOfOne(table, tables));
}

function partsOfOne(table: OwnedTable, tables: readonly OwnedTable[]): Parts {
  const { owner } = table;
  const kebab = kebabOf(table);
  const above = owner.by === 'parent' ? tables.find(({ sql }) => sql === owner.parent.sql)! : null;
  const parent = above && partsOfOne(above, tables);
  const [only, ...more] = table.key;
  const isParent = tables.some(
    (other) => other.owner.by === 'parent' && other.owner.parent.sql === table.sql,
  );
  return {
    table,
    name: namesOf(kebab).pascal,
    path: parent ? `/${kebabOf(parent.table)}/:id/${kebab}` : `/${kebab}`,
    id: (!parent || isParent) && more.length === 0 ? only! : null,
    isListed: table.key.every((column) => kindOf(columnOf(table, column)).order !== undefined),
    given: table.rowsOf === null && !isPerson(table) ? givenOf(table) : null,
    parent,
  };
}

function isPerson({ owner, key }: OwnedTable): boolean {
  return owner.by === 'key' && key.length === 1 && key[0] === owner.column;
}

/** `applicationNotes` and `application_notes` are both `application-notes`. */
export function kebabOf({ name }: Pick<TakenTable, 'name'>): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .split('_')
    .filter((word) => word !== '')
    .join('-')
    .toLowerCase();
}

/** Times of making and changing are the database's, where it has a default for them. */
const OWN_TIME = /^(created|updated|inserted|modified)_?(at|on)$/i;

function givenOf({ columns, owner, key }: OwnedTable): string[] {
  const byRoute = owner.by === 'writer' ? [] : [owner.column];
  return columns
    .filter(
      ({ name, counted, generated, defaultSql }) =>
        !counted && generated === null && !byRoute.includes(name) && !(defaultSql && OWN_TIME.test(name)),
    )
    .filter(({ name, defaultSql }) => !(key.includes(name) && defaultSql))
    .map(({ name }) => name);
}

/** Whether whoever makes a row may leave it out. */
export function isOptional({
  notNull,
  defaultSql,
}: {
  notNull: boolean;
  defaultSql: string | null;
}): boolean {
  return !notNull || defaultSql !== null;
}

/** In a template literal as it is. */
export function literal(sql: string): string {
  return sql.replace(/[\\`]|\$\{/g, '\\$&');
}

export const quoted = (names: readonly string[]): string =>
  names.map((name) => JSON.stringify(name)).join(', ');
