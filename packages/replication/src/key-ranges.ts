import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import type { Table } from './catalog.ts';

/** A key as texts, in the order of its columns. */
export type Key = string[];

/** Rows with `lower < key <= upper`; null: no bound. */
export type KeyRange = { lower: Key | null; upper: Key | null };

/**
 * SQL for walking a table by its key. Texts are compared by the database's own order, so that its index serves; where
 * two databases order differently, `collate` makes both use byte order (and the index does not help).
 */
export class KeySpace {
  readonly collate: boolean;
  readonly #table: string;
  readonly #columns: string[];
  readonly #types: string[];
  readonly #collations: string[];

  constructor(table: Table, key: string[], options: { collate?: boolean } = {}) {
    this.collate = options.collate ?? false;
    this.#table = quoteTable(table.schema, table.name);
    this.#columns = key.map(quoteIdent);
    const found = key.map((name) => table.columns.get(name)!);
    this.#types = found.map((column) => column.bareType);
    this.#collations = found.map((column) => (options.collate && column.collated ? ' COLLATE "C"' : ''));
  }

  get order(): string {
    return this.#columns.map((column, index) => column + this.#collations[index]).join(', ');
  }

  /** A condition with parameters `$first`…; `values` are theirs. */
  condition(range: KeyRange, first = 1): { sql: string; values: string[] } {
    const parts: string[] = [];
    const values: string[] = [];
    for (const [bound, operator] of [
      [range.lower, '>'],
      [range.upper, '<='],
    ] as const) {
      if (bound === null) continue;
      const right = this.#types.map((type, index) => `$${first + values.length + index}::text::${type}`);
      parts.push(`(${this.order}) ${operator} (${right.join(', ')})`);
      values.push(...bound);
    }
    return { sql: parts.join(' AND ') || 'true', values };
  }

  /** The same with the values written in, for COPY, which takes no parameters. */
  literalCondition(range: KeyRange, quote: (value: string) => string): string {
    const { sql, values } = this.condition(range);
    return sql.replace(/\$(\d+)::text/g, (_, number) => quote(values[Number(number) - 1]!));
  }

  /** The key `rows` rows after the lower bound, or null if the table ends before. */
  async boundary(db: Pick<pg.Pool, 'query'>, range: KeyRange, rows: number): Promise<Key | null> {
    const { sql, values } = this.condition(range);
    // Under their own names, ORDER BY would mean these texts.
    const select = this.#columns.map((column, index) => `${column}::text AS banyan_${index}`).join(', ');
    const found = await db.query({
      text: `SELECT ${select} FROM ${this.#table} WHERE ${sql} ORDER BY ${this.order} OFFSET ${rows - 1} LIMIT 1`,
      values,
      rowMode: 'array',
    });
    return found.rows[0] ?? null;
  }
}

/** Whether both databases put texts in the same order. */
export async function sameOrder(a: Pick<pg.Pool, 'query'>, b: Pick<pg.Pool, 'query'>): Promise<boolean> {
  const sql = `SELECT row_to_json(d) ->> 'datcollate' || '|' || coalesce(row_to_json(d) ->> 'datlocprovider', 'c') || '|'
      || coalesce(row_to_json(d) ->> 'datlocale', row_to_json(d) ->> 'daticulocale', '') || '|'
      || coalesce(row_to_json(d) ->> 'datcollversion', '') AS locale
    FROM pg_database d WHERE datname = current_database()`;
  const [left, right] = await Promise.all([a.query(sql), b.query(sql)]);
  return left.rows[0].locale === right.rows[0].locale;
}
