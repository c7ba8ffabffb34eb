/**
 * How the rows of one legacy table relate to the rows of one service table. Expressions are SQL so that either
 * database can compute them; column names inside are quoted by the caller, `$row` is not used: plain column names only.
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
  owner: { by: 'key'; legacyColumn: string; serviceColumn: string } | { by: 'writer' };
  columns: ColumnMapping[];
  onTruncate: 'replicate' | 'block' | 'ignore';
};

export type Direction = 'forward' | 'reverse';
