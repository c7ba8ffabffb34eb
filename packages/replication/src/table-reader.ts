import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import type { Table } from './catalog.ts';
import { type Key, type KeyRange, KeySpace } from './key-ranges.ts';
import type { Compared } from './projection.ts';

export type ReadRow = {
  key: Key;
  /** All compared values as one text. */
  text: string;
  values: (string | null)[];
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
  readonly #select: string;
  readonly #table: Table;

  constructor(
    db: pg.Pool,
    table: Table,
    key: string[],
    projection: Compared[],
    side: 'legacy' | 'service',
    collate: boolean,
  ) {
    this.columns = projection.map((each) => each.name);
    this.#db = db;
    this.#table = table;
    this.#name = quoteTable(table.schema, table.name);
    this.#space = new KeySpace(table, key, { collate });
    this.#key = key.map(quoteIdent);
    this.#keyTypes = key.map((name) => table.columns.get(name)!.bareType);
    // A record's text is unambiguous: NULL and '' differ, and separators inside values are quoted.
    this.#record = `ROW(${projection.map((each) => each[side]).join(', ')})::text`;
    this.#select = [
      ...this.#key.map((column, index) => `${column}::text AS banyan_${index}`),
      'xmin::text AS banyan_version',
      `${this.#record} AS banyan_record`,
      ...projection.map((each) => `(${each[side]})::text`),
    ].join(', ');
  }

  /** Bytes of an average row, at least 32. */
  get rowBytes(): number {
    const { bytes, estimatedRows } = this.#table;
    return Math.max(32, estimatedRows > 0 ? bytes / estimatedRows : 128);
  }

  async estimate(): Promise<number> {
    const { rows } = await this.#db.query(`EXPLAIN (FORMAT JSON) SELECT FROM ${this.#name}`);
    return Number(rows[0]['QUERY PLAN'][0].Plan['Plan Rows']);
  }

  async boundary(range: KeyRange, rows: number): Promise<Key | null> {
    return await this.#space.boundary(this.#db, range, rows);
  }

  /** Rows of a range, and a hash of all their compared values in the order of the key. */
  async checksum(range: KeyRange): Promise<{ count: number; hash: string | null }> {
    const { sql, values } = this.#space.condition(range);
    const { rows } = await this.#db.query(
      `SELECT count(*)::int AS count, md5(string_agg(r, '')) AS hash
       FROM (SELECT ${this.#record} AS r FROM ${this.#name} WHERE ${sql} ORDER BY ${this.#space.order}) AS s`,
      values,
    );
    return rows[0];
  }

  async rows(range: KeyRange): Promise<Map<string, ReadRow>> {
    const { sql, values } = this.#space.condition(range);
    return await this.#read(`SELECT ${this.#select} FROM ${this.#name} WHERE ${sql}`, values);
  }

  async rowsByKey(keys: Key[]): Promise<Map<string, ReadRow>> {
    const wanted = this.#keyTypes.map((type, index) => `unnest($${index + 1}::text[])::${type}`).join(', ');
    const sql = `SELECT ${this.#select} FROM ${this.#name} WHERE (${this.#key.join(', ')}) IN (SELECT ${wanted})`;
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
          text: row[width + 1]!,
          values: row.slice(width + 2),
        },
      ]),
    );
  }
}
