import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import type { Table } from './catalog.ts';
import type { KeyOrder } from './key-order.ts';

/** A key as texts, in the order of its columns. */
export type Key = string[];

/** Rows with `lower < key <= upper`; null: no bound. */
export type KeyRange = { lower: Key | null; upper: Key | null };

/** SQL for walking a table by its key, in an order that both sides share. */
export class KeySpace {
  readonly orders: readonly KeyOrder[];
  readonly #table: string;
  readonly #columns: string[];
  readonly #types: string[];

  constructor(table: Table, key: readonly string[], orders: readonly KeyOrder[]) {
    this.orders = orders;
    this.#table = quoteTable(table.schema, table.name);
    this.#columns = key.map(quoteIdent);
    this.#types = key.map((name) => table.columns.get(name)!.bareType);
  }

  get order(): string {
    return this.#columns
      .map((column, index) => (this.orders[index] === 'text' ? `(${column}::text) COLLATE "C"` : column))
      .join(', ');
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
      const right = this.#types.map((type, index) => {
        const value = `$${first + values.length + index}::text`;
        return this.orders[index] === 'text' ? value : `${value}::${type}`;
      });
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
