import type pg from 'pg';
import { meantBy } from '../typos.ts';
import { alternativesOf } from '../words.ts';
import { SAMPLE } from './sample.ts';

/** One word with all ways in which it may be found, as the text of a tsquery. */
export type Part = string;

/** All of them have to be found. */
export function allOf(parts: readonly Part[]): string {
  return parts.map((part) => `(${part})`).join(' & ');
}

/** The parts of what is asked, but for words that count nowhere, as `the`. */
export async function partsOf(pool: pg.Pool, asked: readonly string[][]): Promise<Part[]> {
  return (await everyPartOf(pool, asked)).filter((part) => part !== '');
}

/** Without words that count nowhere. */
export async function countingWords(pool: pg.Pool, asked: readonly string[][]): Promise<string[][]> {
  const parts = await everyPartOf(pool, asked);
  return asked.filter((_, place) => parts[place] !== '');
}

/**
 * What may have been meant: each word that no job has is replaced by those that are written like it. Undefined if that changes nothing, or
 * if nothing is written like one of them.
 *
 * A word is looked for in the sample first: by this index all who have it are read to know of one, and a frequent word is there already.
 */
export async function intended(pool: pg.Pool, asked: readonly string[][]): Promise<string[][] | undefined> {
  const parts = await everyPartOf(pool, asked);
  const { rows } = await pool.query<{ place: number; likely: string[] }>(
    `SELECT place::int - 1 AS place, ARRAY(SELECT * FROM job_search_vocabulary_like(word)) AS likely
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (word, part, place)
     WHERE part <> '' AND NOT EXISTS (SELECT FROM job_search WHERE words @@ (part::tsquery && $3::tsquery))
       AND NOT EXISTS (SELECT FROM job_search WHERE words @@ part::tsquery)`,
    [asked.map(([word]) => word), parts, SAMPLE],
  );
  if (rows.length === 0) return;
  const meant = [...asked];
  for (const { place, likely } of rows) {
    const words = meantBy(asked[place]![0]!, likely);
    if (words.length === 0) return;
    meant[place] = words.flatMap((word) => alternativesOf(word).flat());
  }
  return meant;
}

/** Of each word in their order; empty for one that counts nowhere. */
async function everyPartOf(pool: pg.Pool, asked: readonly string[][]): Promise<Part[]> {
  if (asked.length === 0) return [];
  const values: string[] = [];
  const parts = asked.map((alternatives) => {
    const each = alternatives.map((one) => `phraseto_tsquery('english', $${values.push(one)})`);
    return `(${each.join(' || ')})::text`;
  });
  const { rows } = await pool.query<{ parts: Part[] }>(`SELECT ARRAY[${parts.join(', ')}] AS parts`, values);
  return rows[0]!.parts;
}
