import { quoteIdent } from '@banyan/postgres/quote';
import { ReplicationError } from '../errors.ts';
import { firstSql, joinedSql, restSql } from './known-sql.ts';

/**
 * How the rows of one legacy table relate to the rows of one service table. Expressions are SQL so that either
 * database can compute them, over plain column names; the helpers below quote what they write.
 */

/** Which side may change a column, and so in which directions it flows. */
export type ColumnFlow =
  | 'both' // forward and reverse; verified
  | 'forward' // the service only reads it (owned elsewhere); verified
  | 'seed'; // filled when a row is inserted, in either direction, then left alone; not verified

/**
 * A group of columns that map as one. Law: `reverse(forward(l)) = l` for every legacy value, so verification compares
 * in the legacy space. A column with no reverse (`derived`, `constant`) is compared in the service space.
 */
export type ColumnMapping = {
  flow: ColumnFlow;
  /** Service column → SQL expression over legacy columns. */
  forward: Record<string, string>;
  /** Legacy column → SQL expression over service columns. Empty for derived and constant columns. */
  reverse: Record<string, string>;
  /** Legacy columns that `forward` reads (needed when an unchanged TOAST value is absent). */
  legacyColumns: string[];
  serviceColumns: string[];
};

export type TableMapping = {
  legacy: { schema: string; table: string; key: string[] };
  service: { schema: string; table: string; key: string[] };
  /** `foreign`: another service owns the rows; this one owns columns only. */
  rows: 'owned' | 'foreign';
  /** Which of the monolith's rows the mapping is about, if not all. A change of the column has a row come or leave. */
  where?: RowSet;
  owner: OwnerRule;
  columns: ColumnMapping[];
  onTruncate: 'replicate' | 'block' | 'ignore';
  /** Empty on both sides is no failed verification. Default false: comparing nothing proves nothing. */
  mayBeEmpty?: boolean;
  /** Rows are only ever inserted: an update or delete of one is recorded as a conflict, `append_only_changed`. Default false. */
  append?: boolean;
};

/** The rows that have one of these texts in a column of the monolith's. */
export type RowSet = { column: string; in: string[] };

/** Whose a row is, and so which side may write it. */
export type OwnerRule =
  /** The side of the key in these columns. */
  | { by: 'key'; legacyColumn: string; serviceColumn: string }
  /**
   * The owner of the row that the legacy column `column` refers to, of the legacy table `table` (`table` or `schema.table`),
   * which is mapped too. Parents may have parents.
   */
  | { by: 'parent'; table: string; column: string }
  /** One side writes the whole table; it changes at 100 %. */
  | { by: 'writer' };

export type Direction = 'forward' | 'reverse';

type WithFlow = { flow?: ColumnFlow };

/** One column under another name. */
export function rename(legacy: string, service: string, options: WithFlow = {}): ColumnMapping {
  return {
    flow: options.flow ?? 'both',
    forward: { [service]: quoteIdent(legacy) },
    reverse: { [legacy]: quoteIdent(service) },
    legacyColumns: [legacy],
    serviceColumns: [service],
  };
}

/** Columns that keep their names. The last argument may be `{ flow }`. */
export function copy(...names: (string | WithFlow)[]): ColumnMapping[] {
  const last = names.at(-1);
  const options = typeof last === 'object' ? last : {};
  return names
    .filter((name): name is string => typeof name === 'string')
    .map((name) => rename(name, name, options));
}

/**
 * One legacy text column as two: what stands before the first separator, and the rest. Without a separator the rest
 * is NULL, so that `'Cher'` and `'Cher '` (rest `''`) both come back as they were.
 */
export function split(
  legacy: string,
  [first, rest]: [string, string],
  options: WithFlow & { separator?: string } = {},
): ColumnMapping {
  const separator = options.separator ?? ' ';
  if (separator === '')
    throw new ReplicationError('MAPPING_INVALID', { column: legacy, why: 'empty separator' });
  return {
    flow: options.flow ?? 'both',
    forward: { [first]: firstSql(legacy, separator), [rest]: restSql(legacy, separator) },
    reverse: { [legacy]: joinedSql(first, rest, separator) },
    legacyColumns: [legacy],
    serviceColumns: [first, rest],
  };
}

/**
 * Two legacy text columns as one: `first || separator || rest`, and only `first` where `rest` is NULL. The law holds
 * as long as no `first` contains the separator or is NULL beside a rest; `checkRoundTrip` finds the rows where it does not.
 */
export function merge(
  [first, rest]: [string, string],
  service: string,
  options: WithFlow & { separator?: string } = {},
): ColumnMapping {
  const { flow, forward, reverse } = split(service, [first, rest], options);
  return {
    flow,
    forward: reverse,
    reverse: forward,
    legacyColumns: [first, rest],
    serviceColumns: [service],
  };
}

/** A service column that is filled with the same SQL literal in every copied or streamed row. */
export function constant(service: string, sqlLiteral: string, options: WithFlow = {}): ColumnMapping {
  return {
    flow: options.flow ?? 'seed',
    forward: { [service]: sqlLiteral },
    reverse: {},
    legacyColumns: [],
    serviceColumns: [service],
  };
}

/**
 * A service column computed from legacy columns (`reads`), with no way back. It follows every change that comes from
 * the monolith; for rows the service owns it is the service's to keep, and not verified.
 */
export function derived(
  service: string,
  expr: string,
  options: WithFlow & { reads: string[] },
): ColumnMapping {
  return {
    flow: options.flow ?? 'forward',
    forward: { [service]: expr },
    reverse: {},
    legacyColumns: options.reads,
    serviceColumns: [service],
  };
}

export type TableInput = {
  /** `table`, `schema.table`, or both apart. Key default: `id`. */
  legacy: string | { schema?: string; table: string; key?: string[] };
  /** Default: the same table and key. */
  service?: string | { schema?: string; table: string; key?: string[] };
  rows?: 'owned' | 'foreign';
  /** Default: all rows. */
  where?: RowSet;
  /** Default: `{ by: 'writer' }`. */
  owner?: TableMapping['owner'];
  /** Groups and lists of groups; `copy()` gives a list. */
  columns: (ColumnMapping | ColumnMapping[])[];
  /** Default `block`: stop and ask. */
  onTruncate?: TableMapping['onTruncate'];
  mayBeEmpty?: boolean;
  append?: boolean;
};

/** A table mapping with its defaults filled in, checked for what can be seen without a database. */
export function table(input: TableInput): TableMapping {
  const legacy = side(input.legacy);
  const mapping: TableMapping = {
    legacy,
    service: input.service === undefined ? { ...legacy } : side(input.service),
    rows: input.rows ?? 'owned',
    ...(input.where ? { where: input.where } : {}),
    owner: input.owner ?? { by: 'writer' },
    columns: input.columns.flat(),
    onTruncate: input.onTruncate ?? 'block',
    ...(input.mayBeEmpty ? { mayBeEmpty: true } : {}),
    ...(input.append ? { append: true } : {}),
  };
  checkTable(mapping);
  return mapping;
}

function side(input: NonNullable<TableInput['service']>): TableMapping['legacy'] {
  if (typeof input === 'object')
    return { schema: input.schema ?? 'public', table: input.table, key: input.key ?? ['id'] };
  const [schema, name] = input.includes('.') ? input.split('.', 2) : ['public', input];
  return { schema: schema!, table: name!, key: ['id'] };
}

/** Throws MAPPING_INVALID if the mapping contradicts itself. Does not look at any database. */
export function checkTable(mapping: TableMapping): void {
  const refuse = (why: string): never => {
    throw new ReplicationError('MAPPING_INVALID', { table: nameOf(mapping.legacy), why });
  };
  const { legacy, service } = mapping;
  if (legacy.key.length === 0 || legacy.key.length !== service.key.length)
    refuse('both keys need the same number of columns, at least one');
  legacy.key.forEach((column, index) => {
    const group = groupOfService(mapping, service.key[index]!);
    const plain =
      group?.forward[service.key[index]!] === quoteIdent(column) &&
      group.reverse[column] === quoteIdent(service.key[index]!) &&
      group.flow === 'both';
    if (!plain) refuse(`key column ${column} must be mapped by rename() or copy() with flow 'both'`);
  });
  unique(
    mapping.columns.flatMap((group) => Object.keys(group.forward)),
    (name) => refuse(`service column ${name} is filled twice`),
  );
  unique(
    mapping.columns.flatMap((group) => (group.flow === 'forward' ? [] : Object.keys(group.reverse))),
    (name) => refuse(`legacy column ${name} is filled twice`),
  );
  const { owner } = mapping;
  if (owner.by === 'key') {
    const group = groupOfService(mapping, owner.serviceColumn);
    if (group?.forward[owner.serviceColumn] !== quoteIdent(owner.legacyColumn))
      refuse(
        `owner column ${owner.legacyColumn} must be mapped by rename() or copy() to ${owner.serviceColumn}`,
      );
  }
  checkRowSet(mapping, refuse);
  if (owner.by === 'parent') {
    const group = mapping.columns.find((each) => each.legacyColumns.includes(owner.column));
    if (!group || !isPlain(group) || group.flow !== 'both')
      refuse(
        `column ${owner.column}, which leads to the parent, must be mapped by rename() or copy() with flow 'both'`,
      );
  }
}

/** What some rows of a table can be told by. */
function checkRowSet(mapping: TableMapping, refuse: (why: string) => never): void {
  const { where, columns, rows } = mapping;
  if (!where) return;
  if (rows === 'foreign') refuse("where says which rows are owned: it does not go with rows: 'foreign'");
  if (where.in.length === 0) refuse('where names no value, so that it is about no row');
  const group = columns.find((each) => each.legacyColumns.includes(where.column));
  if (!group || !isPlain(group) || group.flow !== 'both')
    refuse(`column ${where.column} of where must be mapped by rename() or copy() with flow 'both'`);
}

function groupOfService(mapping: TableMapping, column: string): ColumnMapping | undefined {
  return mapping.columns.find((group) => column in group.forward);
}

/** Calls `complain` for each name that comes again. */
export function unique(names: string[], complain: (name: string) => void): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) complain(name);
    seen.add(name);
  }
}

/** `schema.table`, for people and for keys of maps. */
export function nameOf(side: { schema: string; table: string }): string {
  return `${side.schema}.${side.table}`;
}

/** Whether a group is one column under one name on either side, with no expression. */
export function isPlain(group: ColumnMapping): boolean {
  const [service, ...more] = Object.keys(group.forward);
  const [legacy, ...others] = Object.keys(group.reverse);
  if (service === undefined || legacy === undefined || more.length > 0 || others.length > 0) return false;
  return group.forward[service] === quoteIdent(legacy) && group.reverse[legacy] === quoteIdent(service);
}
