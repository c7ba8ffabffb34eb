import type pg from 'pg';
import type { PageQuery } from '../api/common.ts';

type Page<Row> = {
  content: Row[];
  page: number;
  size: number;
  totalElements: number;
  totalPages: number;
};

/** One page of what a query finds, from 0 on. The order is unique; the query has none of its own. */
export async function pageOf<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  { text, values = [], order }: { text: string; values?: readonly unknown[]; order: string },
  { page, size }: PageQuery,
): Promise<Page<Row>> {
  const place = [values.length + 1, values.length + 2];
  const [rows, counted] = await Promise.all([
    pool.query<Row>(`${text} ORDER BY ${order} LIMIT $${place[0]} OFFSET $${place[1]}`, [
      ...values,
      size,
      page * size,
    ]),
    pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM (${text}) listed`, [...values]),
  ]);
  const total = counted.rows[0]?.count ?? 0;
  return { content: rows.rows, page, size, totalElements: total, totalPages: Math.ceil(total / size) };
}
