import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import type { Table } from '../catalog/catalog.ts';
import type { KeyOrder } from '../catalog/key-order.ts';
import { type Key, type KeyRange, KeySpace } from '../catalog/key-ranges.ts';
import type { Compared } from './projection.ts';

export type ReadRow = {
  key: Key;
  /** A hash of all compared values. */
  hash: string;
  /** A hash of each. */
  hashes: (string | null)[];
  /** Changes with every change of the row. */
  version: string;
};

/** Reads one side of a verified table. */
export class TableReader {
  readonly columns: string[];
  readonly #db: pg.Pool;
  readonly #name: string;
  readonly #space: KeySpace;
  readonly #key: string[];
  readonly #keyTypes: string[];
  readonly #record: string;
  readonly #hashes: string;
  readonly #keyless: string;
  readonly #select: string;
  readonly #table: Table;
  /** SQL that is true for the rows that are read. */
  readonly #only: string;

  constructor(
    db: pg.Pool,
    table: Table,
    key: string[],
    projection: Compared[],
    side: 'legacy' | 'service',
    orders: readonly KeyOrder[],
    only = 'true',
  ) {
    this.#only = only;
    this.columns = projection.map((each) => each.name);
    this.#db = db;
    this.#table = table;
    this.#name = quoteTable(table.schema, table.name);
    this.#space = new KeySpace(table, key, orders);
    this.#key = key.map(quoteIdent);
    this.#keyTypes = key.map((name) => table.columns.get(name)!.bareType);
    // A record's text is unambiguous: NULL and '' differ, and separators inside values are quoted.
    this.#record = `ROW(${projection.map((each) => each[side]).join(', ')})::text`;
    const hashes = projection.map((each) => `md5((${each[side]})::text)`);
    this.#hashes = `ROW(${hashes.join(', ')})::text`;
    // Values of any size stay where they are: what differs is told by hashes.
    this.#select = [
      ...this.#key.map((column, index) => `${column}::text AS banyan_${index}`),
      'xmin::text AS banyan_version',
      `md5(${this.#hashes}) AS banyan_record`,
      ...hashes,
    ].join(', ');
    const nullable = key.filter((name) => !table.columns.get(name)!.notNull).map(quoteIdent);
    this.#keyless = nullable.map((column) => `${column} IS NULL`).join(' OR ');
  }

  /** Bytes of an average row, at least 32. */
  get rowBytes(): number {
    const { bytes, estimatedRows } = this.#table;
    return Math.max(32, estimatedRows > 0 ? bytes / estimatedRows : 128);
  }

  async estimate(): Promise<number> {
    const { rows } = await this.#db.query(
      `EXPLAIN (FORMAT JSON) SELECT FROM ${this.#name} WHERE ${this.#only}`,
    );
    return Number(rows[0]['QUERY PLAN'][0].Plan['Plan Rows']);
  }

  async boundary(range: KeyRange, rows: number): Promise<Key | null> {
    return await this.#space.boundary(this.#db, range, rows);
  }

  /**
   * Rows of a range, and a sum of the hashes of their compared values: it needs no order and no room. `piecewise`: values are
   * hashed one by one, for rows whose text would be larger than a text can be.
   */
  async checksum(range: KeyRange, piecewise: boolean): Promise<{ count: number; hash: string | null }> {
    const { sql, values } = this.#space.condition(range);
    const record = piecewise ? this.#hashes : this.#record;
    const { rows } = await this.#db.query(
      `SELECT count(*)::int AS count, sum(hashtextextended(${record} COLLATE "C", 0))::text AS hash FROM ${this.#name} WHERE (${sql}) AND ${this.#only}`,
      values,
    );
    return rows[0];
  }

  /** Rows that no range of keys holds, since a column of their key is NULL. */
  async countKeyless(): Promise<number> {
    if (this.#keyless === '') return 0;
    const { rows } = await this.#db.query(
      `SELECT count(*)::int AS count FROM ${this.#name} WHERE (${this.#keyless}) AND ${this.#only}`,
    );
    return rows[0].count;
  }

  async rows(range: KeyRange): Promise<Map<string, ReadRow>> {
    const { sql, values } = this.#space.condition(range);
    return await this.#read(
      `SELECT ${this.#select} FROM ${this.#name} WHERE (${sql}) AND ${this.#only}`,
      values,
    );
  }

  async rowsByKey(keys: Key[]): Promise<Map<string, ReadRow>> {
    const wanted = this.#keyTypes.map((type, index) => `unnest($${index + 1}::text[])::${type}`).join(', ');
    const sql = `SELECT ${this.#select} FROM ${this.#name} WHERE (${this.#key.join(', ')}) IN (SELECT ${wanted}) AND ${this.#only}`;
    return await this.#read(
      sql,
      this.#key.map((_, index) => keys.map((key) => key[index]!)),
    );
  }

  async currentLsn(): Promise<string> {
    const { rows } = await this.#db.query('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    return rows[0].lsn;
  }

  async #read(text: string, values: unknown[]): Promise<Map<string, ReadRow>> {
    const { rows } = await this.#db.query({ text, values, rowMode: 'array' });
    const width = this.#key.length;
    return new Map(
      rows.map((row: string[]) => [
        JSON.stringify(row.slice(0, width)),
        {
          key: row.slice(0, width),
          version: row[width]!,
          hash: row[width + 1]!,
          hashes: row.slice(width + 2),
        },
      ]),
    );
  }
}
