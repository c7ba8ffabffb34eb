import type pg from 'pg';
import type { Job, JobSearchQuery } from '../../../../api/jobs.ts';
import type { Near } from '../../places/near.ts';
import { FROM, JOB } from '../../store.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { marked } from '../marks.ts';
import { withDistances } from '../postgres/distances.ts';
import { countingWords, intended, partsOf } from '../postgres/parts.ts';
import { type Found, type JobSearch, NOTHING } from '../search.ts';
import { alternativesOf } from '../words.ts';
import type { SearchServer } from './client.ts';
import { ALIAS } from './definition.ts';
import { searchBody, UNKNOWN_KM } from './query.ts';

/** By OpenSearch, of an index that `bringChanges` keeps. Which words are mistyped, and what jobs are now, PostgreSQL says. */
export function searchInOpenSearch(pool: pg.Pool, server: SearchServer): JobSearch {
  return {
    async search(query, near) {
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
      const asked = alternativesOf(query.q ?? '');
      const searched = async (words: string[][]) =>
        await withDistances(
          pool,
          { query, near, parts: near ? await partsOf(pool, words) : [] },
          searchBy(pool, server, query, { words, near, after }),
        );
      const exact = await searched(asked);
      if (exact.total > 0 || query.q === undefined) return { ...exact, matched: 'words' };
      const meant = await intended(pool, asked);
      return { ...(meant ? await searched(meant) : exact), matched: 'similar' };
    },
  };
}

type Values = { buckets: { key: string | number; key_as_string?: string; doc_count: number }[] };
type Answer = {
  hits: {
    total: { value: number };
    hits: {
      _id: string;
      sort: [number | 'Infinity', number];
      highlight?: { title?: string[]; description?: string[] };
    }[];
  };
  aggregations: Record<'job_type' | 'remote' | 'location' | 'seniority' | 'company', Values>;
};

async function searchBy(
  pool: pg.Pool,
  server: SearchServer,
  query: JobSearchQuery,
  {
    words,
    near,
    after,
  }: { words: readonly string[][]; near: Near | undefined; after: ReturnType<typeof readCursor> | undefined },
): Promise<Omit<Found, 'matched'>> {
  const counting = await countingWords(pool, words);
  if (counting.length === 0 && query.q !== undefined) return NOTHING;
  const asOf = after?.asOf ?? Date.now();
  const body = searchBody(counting, query, { asOf, near, after });
  const { hits, aggregations } = await server.ask<Answer>('POST', `${ALIAS}/_search`, body);
  const shown = hits.hits.slice(0, query.limit);
  const last = shown.at(-1);
  const isMore = last !== undefined && hits.hits.length > query.limit;
  return {
    jobs: await asTheyAre(pool, shown),
    next_cursor: isMore
      ? writeCursor({ asOf, score: Math.min(Number(last.sort[0]), UNKNOWN_KM), id: Number(last._id) })
      : null,
    total: hits.total.value,
    counts: 'exact',
    facets: {
      job_type: valuesOf(aggregations.job_type),
      remote: valuesOf(aggregations.remote),
      location: valuesOf(aggregations.location),
      seniority: valuesOf(aggregations.seniority),
      company: await namesOf(pool, aggregations.company),
    },
  };
}

const valuesOf = ({ buckets }: Values) =>
  buckets.map(({ key, key_as_string, doc_count }) => ({
    value: key_as_string ?? String(key),
    count: doc_count,
  }));

async function namesOf(pool: pg.Pool, { buckets }: Values): Promise<Found['facets']['company']> {
  const { rows } = await pool.query<{ id: number; name: string }>(
    'SELECT id, name FROM companies WHERE id = ANY ($1::int[])',
    [buckets.map(({ key }) => key)],
  );
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return buckets.flatMap(({ key, doc_count }) => {
    const value = names.get(Number(key));
    return value === undefined ? [] : [{ id: Number(key), value, count: doc_count }];
  });
}

/** Whatever the index had: as the database has them now, without those that are closed. */
async function asTheyAre(pool: pg.Pool, hits: Answer['hits']['hits']): Promise<Found['jobs']> {
  const { rows } = await pool.query<Job>(
    `SELECT ${JOB} ${FROM} WHERE jobs.id = ANY ($1::int[]) AND is_active`,
    [hits.map(({ _id }) => Number(_id))],
  );
  const jobs = new Map(rows.map((job) => [job.id, job]));
  return hits.flatMap(({ _id, highlight }) => {
    const job = jobs.get(Number(_id));
    if (!job) return [];
    const title = marked(highlight?.title?.join('') ?? job.title);
    return [
      { ...job, highlights: { title, description: marked(highlight?.description?.join(' … ') ?? '') } },
    ];
  });
}
