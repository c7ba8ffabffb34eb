import type pg from 'pg';

type Queryable = Pick<pg.PoolClient, 'query'>;

/** A query without parameters, and what its rows mean, whether they come as columns or as JSON. */
export type Reading<Row, Meaning> = {
  readonly sql: string;
  readonly meaning: (rows: readonly Row[]) => Meaning;
};

// biome-ignore lint/suspicious/noExplicitAny: each has rows of its own
type AnyReading = Reading<any, unknown>;

export async function read<Row extends pg.QueryResultRow, Meaning>(
  db: Queryable,
  { sql, meaning }: Reading<Row, Meaning>,
): Promise<Meaning> {
  return meaning((await db.query<Row>(sql)).rows);
}

/**
 * Several readings as one prepared statement: one round trip, and all of one moment. `name` is that of the statement, so each
 * set of readings has its own.
 */
export async function readAtOnce<Readings extends Record<string, AnyReading>>(
  db: Queryable,
  name: string,
  readings: Readings,
): Promise<{ [Each in keyof Readings]: ReturnType<Readings[Each]['meaning']> }> {
  const names = Object.keys(readings);
  const columns = names.map(
    (each) => `(SELECT coalesce(json_agg(r), '[]') FROM (${readings[each]!.sql}) AS r)`,
  );
  const { rows } = await db.query<unknown[][]>({
    name,
    text: `SELECT ${columns.join(', ')}`,
    rowMode: 'array',
  } as pg.QueryArrayConfig);
  const meanings = names.map((each, index) => [each, readings[each]!.meaning(rows[0]![index] as never[])]);
  return Object.fromEntries(meanings);
}
