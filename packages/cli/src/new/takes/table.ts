/** A table of the monolith that a new service takes over, as its catalog describes it. `sql` are names as SQL has them, quoted if need be. */
export type TakenTable = {
  schema: string;
  name: string;
  sql: string;
  columns: Column[];
  /** The columns of its primary key. */
  key: string[];
  /** Definitions of its UNIQUE constraints, checks and other indexes, as PostgreSQL writes them. */
  uniques: string[];
  checks: string[];
  indexes: string[];
  references: Reference[];
  /** Whether its checks take the rows that the tests will make (see samples.ts). */
  takesSamples: boolean;
};

export type Column = {
  name: string;
  sql: string;
  /** As `format_type` writes it: `character varying(200)`. */
  type: string;
  /** Its name in the catalog, of an array that of its elements: `varchar`. */
  base: string;
  isArray: boolean;
  /** The most characters that it takes. */
  length: number | null;
  notNull: boolean;
  /** Of a counted column the default is left out: the service counts by itself. */
  defaultSql: string | null;
  counted: boolean;
  /** `(expression) STORED`, of a column that cannot be written. */
  generated: string | null;
  /** The values that an enum or a check lets it have. */
  labels: string[] | null;
  /** Of an enum its type, which the service needs too. */
  isEnum: boolean;
};

/** A foreign key of one column. */
type Reference = { column: string; table: string; referenced: string };

/** `schema.table`, as the plan has it. */
export function nameOf({ schema, name }: Pick<TakenTable, 'schema' | 'name'>): string {
  return `${schema}.${name}`;
}

/** As a plan, a sentence or a path says it: without `public`. */
export function shortName({ schema, name }: Pick<TakenTable, 'schema' | 'name'>): string {
  return schema === 'public' ? name : `${schema}.${name}`;
}

export function columnOf(table: TakenTable, name: string): Column {
  return table.columns.find((column) => column.name === name)!;
}

/** What nobody asked the monolith for is assumed: the key, whose a row is, and nothing else. */
export function assumedTable({ schema, name }: { schema: string; name: string }): TakenTable {
  const integer = {
    type: 'integer',
    base: 'int4',
    isArray: false,
    length: null,
    labels: null,
    isEnum: false,
  };
  const column = { ...integer, notNull: true, defaultSql: null, generated: null };
  return {
    schema,
    name,
    sql: schema === 'public' ? name : `${schema}.${name}`,
    columns: [
      { ...column, name: 'id', sql: 'id', counted: true },
      { ...column, name: 'user_id', sql: 'user_id', counted: false },
    ],
    key: ['id'],
    uniques: [],
    checks: [],
    indexes: [],
    references: [],
    takesSamples: true,
  };
}
