import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import type { Column, Table } from './catalog.ts';

/**
 * How a column of a key is walked on both sides. `native`: by the type's own order, which its index serves. `text`: by the
 * bytes of the value's text, which any two servers order alike, and no index serves.
 */
export type KeyOrder = 'native' | 'text';

export type KeyEnd = { db: Pick<pg.Pool, 'query'>; table: Table; key: readonly string[] };

/**
 * An order that both databases share, column by column. Texts go by their collation only if it is the same on both sides
 * and both servers, asked to sort keys of the table and awkward texts, agree.
 */
export async function keyOrder(a: KeyEnd, b: KeyEnd): Promise<KeyOrder[]> {
  return await Promise.all(
    a.key.map(async (name, index) => {
      const [left, right] = [a.table.columns.get(name)!, b.table.columns.get(b.key[index]!)!];
      if (left.orders === null || left.orders !== right.orders) return 'text';
      if (left.collation === null) return 'native';
      if (left.collation !== right.collation || left.collation === '') return 'text';
      return left.collation === BYTES || (await agree(a, left, b, right)) ? 'native' : 'text';
    }),
  );
}

async function agree(a: KeyEnd, left: Column, b: KeyEnd, right: Column): Promise<boolean> {
  const found = await a.db.query({
    text: `SELECT DISTINCT ${quoteIdent(left.name)}::text FROM (SELECT ${quoteIdent(left.name)} FROM ${quoteTable(a.table.schema, a.table.name)} LIMIT ${SAMPLE}) AS s WHERE ${quoteIdent(left.name)} IS NOT NULL`,
    rowMode: 'array',
  });
  const texts = [...new Set([...AWKWARD, ...found.rows.map(([text]: string[]) => text!)])];
  const [mine, theirs] = await Promise.all([sorted(a, left, texts), sorted(b, right, texts)]);
  return mine === theirs;
}

/** In the column's own collation, which the empty part of the union brings along. */
async function sorted({ db, table }: KeyEnd, column: Column, texts: string[]): Promise<string> {
  const { rows } = await db.query(
    `SELECT md5(string_agg(md5(v::text), '' ORDER BY v, v::text COLLATE "C")) AS sum FROM (
       SELECT ${quoteIdent(column.name)} AS v FROM ${quoteTable(table.schema, table.name)} WHERE false
       UNION ALL SELECT unnest($1::text[])::${column.bareType}) AS s`,
    [texts],
  );
  return rows[0].sum;
}

/** What the catalog calls collations that compare bytes, or code points, which in UTF-8 is the same. */
const BYTES = 'bytes';
const SAMPLE = 500;
const AWKWARD = [
  '',
  ' ',
  '-',
  '_',
  'a',
  'A',
  'aa',
  'a a',
  'a-a',
  'aA',
  'Aa',
  'ab',
  'b',
  'B',
  'z',
  'Z',
  'ä',
  'Ä',
  'ae',
]
  .concat([
    'é',
    'e',
    'ê',
    'ß',
    'ss',
    'ı',
    'i',
    'I',
    'İ',
    'ø',
    'o',
    'ö',
    'å',
    'ñ',
    'n',
    '0',
    '1',
    '10',
    '2',
    '!',
    '~',
  ])
  .concat(['ch', 'cz', 'd', 'll', 'lz', 'あ', 'ア', '中', '🦊', '{', 'a\u0301', '\u200da']);
