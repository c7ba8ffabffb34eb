import type pg from 'pg';
import type { Criteria } from '../../../api/saved-searches.ts';
import { type Near, nearOf } from '../places/near.ts';
import { alternativesOf } from '../search/words.ts';

/** Criteria as jobs are compared with them. */
export type Compiled = {
  /** A tsquery; null: no words are asked for. */
  query: string | null;
  /** Marks of which a job that is found has at least one. */
  anchors: string[];
  /** What they are to be near; undefined: nothing. */
  near: Near | undefined;
};

/** Compiles criteria; undefined if none of their words is one that anything could be found by ("the", "&"). Throws `ApiError` PLACE_UNKNOWN. */
export async function compile(
  db: pg.Pool | pg.PoolClient,
  criteria: Criteria,
): Promise<Compiled | undefined> {
  const near = nearOf(criteria);
  if (criteria.q === undefined) return { query: null, anchors: [anchorOf(criteria)], near };
  const asked = alternativesOf(criteria.q).flatMap((words, place) => words.map((word) => ({ place, word })));
  const { rows } = await db.query<Alternative>(
    `SELECT place, phraseto_tsquery('english', word)::text AS query, (tsvector_to_array(to_tsvector('english', word)))[1] AS lexeme
     FROM unnest($1::integer[], $2::text[]) WITH ORDINALITY AS asked (place, word, number) ORDER BY number`,
    [asked.map(({ place }) => place), asked.map(({ word }) => word)],
  );
  const words = Map.groupBy(
    rows.filter(({ lexeme }) => lexeme !== null),
    ({ place }) => place,
  );
  if (words.size === 0) return;
  const groups = [...words.values()];
  return {
    query: groups.map((ways) => `(${ways.map(({ query }) => `(${query})`).join(' | ')})`).join(' & '),
    anchors: [...new Set(rarest(groups).map(({ lexeme }) => lexeme!))],
    near,
  };
}

type Alternative = { place: number; query: string; lexeme: string | null };

/** All words have to be found, so any one of them will do as the anchor: long words are in fewer jobs. */
function rarest(groups: readonly Alternative[][]): Alternative[] {
  const shortest = (ways: readonly Alternative[]) => Math.min(...ways.map(({ lexeme }) => lexeme!.length));
  return groups.reduce((best, ways) => (shortest(ways) > shortest(best) ? ways : best));
}

/** Of criteria without words: the filter that fewest jobs pass. Lexemes have no colon at their beginning. */
function anchorOf({ company_id, job_type, seniority, remote }: Criteria): string {
  if (company_id !== undefined) return `:company ${company_id}`;
  if (job_type !== undefined) return `:type ${job_type}`;
  if (seniority !== undefined) return `:level ${seniority}`;
  return remote === undefined ? ':any' : `:remote ${remote}`;
}
