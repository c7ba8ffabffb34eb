import { createHash } from 'node:crypto';
import { errorCode, quoteIdent } from '@banyan/postgres';
import type pg from 'pg';
import { defineErrors } from './errors.ts';

const errors = defineErrors({ BAD_CURSOR: [400, 'The cursor is none that this list has given.'] });

/** A column of the order; none of its values is null. Default ascending. */
export type OrderColumn = {
  column: string;
  type: 'integer' | 'bigint' | 'numeric' | 'text' | 'uuid' | 'date' | 'timestamptz';
  descending?: boolean;
};

export type Keyset = {
  /**
   * One page of what a query finds, in this order. The query has the order's columns among its own and no ORDER BY.
   * A page begins behind the last row of the one before, wherever rows came or went meanwhile. Throws `BAD_CURSOR`.
   */
  page<Row extends pg.QueryResultRow>(
    db: Pick<pg.Pool, 'query'>,
    query: { text: string; values?: readonly unknown[] },
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: Row[]; next_cursor: string | null }>;
};

/**
 * An order in which a list is read page by page; its columns together are unique. A cursor holds the place as text, exact
 * to the microsecond, and is good for this order only. It is not secret: it says no more than the last row did.
 *
 * @example
 * const newest = keyset([{ column: 'created_at', type: 'timestamptz', descending: true }, { column: 'id', type: 'uuid' }]);
 * return await newest.page(pool, { text: 'SELECT * FROM jobs WHERE company = $1', values: [company] }, request.query);
 */
export function keyset(columns: readonly [OrderColumn, ...OrderColumn[]]): Keyset {
  const mark = createHash('sha256').update(JSON.stringify(columns)).digest('base64url').slice(0, 6);
  const key = `ARRAY[${columns.map(({ column }) => `${quoteIdent(column)}::text`).join(', ')}]`;
  const order = columns
    .map(({ column, descending }) => quoteIdent(column) + (descending ? ' DESC' : ''))
    .join(', ');
  return {
    page: async (db, { text, values = [] }, { limit, cursor }) => {
      const after = cursor === undefined ? [] : decode(cursor, mark, columns.length);
      const place = after.length > 0 ? `WHERE ${behind(columns, values.length)}` : '';
      // One more than asked for tells whether there is a next page.
      const sql = `SELECT banyan_page.*, ${key} AS banyan_key FROM (${text}) banyan_page ${place}
        ORDER BY ${order} LIMIT $${values.length + after.length + 1}`;
      const { rows } = await db.query(sql, [...values, ...after, limit + 1]).catch((cause: unknown) => {
        // Class 22: a value is none of its type. Only a cursor of somebody's own making can be to blame.
        throw cursor !== undefined && errorCode(cause)?.startsWith('22')
          ? errors('BAD_CURSOR', { cause })
          : cause;
      });
      const last = rows[limit - 1]?.banyan_key as string[] | undefined;
      const items = rows.slice(0, limit).map(({ banyan_key: _key, ...row }) => row);
      return { items, next_cursor: rows.length > limit ? encode(last!, mark) : null };
    },
  };
}

/** (a, b) behind (x, y), where each column has its own direction: a > x OR (a = x AND b > y). */
function behind(columns: readonly OrderColumn[], before: number): string {
  const parameter = (index: number) => `$${before + index + 1}::${columns[index]!.type}`;
  const alternatives = columns.map(({ column, descending }, index) => {
    const same = columns.slice(0, index).map((one, at) => `${quoteIdent(one.column)} = ${parameter(at)}`);
    return [...same, `${quoteIdent(column)} ${descending ? '<' : '>'} ${parameter(index)}`].join(' AND ');
  });
  const [first] = columns;
  // Implied by the alternatives, and the one condition by which an index finds the place.
  const start = `${quoteIdent(first!.column)} ${first!.descending ? '<=' : '>='} ${parameter(0)}`;
  return `${start} AND (${alternatives.map((one) => `(${one})`).join(' OR ')})`;
}

function encode(key: readonly string[], mark: string): string {
  return Buffer.from(JSON.stringify([mark, ...key])).toString('base64url');
}

function decode(cursor: string, mark: string, length: number): string[] {
  try {
    const [marked, ...key] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    const good = marked === mark && key.length === length && key.every((value) => typeof value === 'string');
    if (good) return key as string[];
  } catch (cause) {
    throw errors('BAD_CURSOR', { cause });
  }
  throw errors('BAD_CURSOR');
}
