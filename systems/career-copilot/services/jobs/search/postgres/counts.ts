import type pg from 'pg';
import { type Found, MOST_VALUES } from '../search.ts';
import type { Asked } from './asked.ts';
import { filterOf, matching } from './filter.ts';
import { allOf } from './parts.ts';
import { type OfDay, SAMPLE, SAMPLED } from './sample.ts';

/** `days` has what was counted by the day on which it was posted. */
type Counted = Pick<Found, 'total' | 'facets'> & { days: OfDay[] };
/** `titles`: the days of those with all words in their titles. */
export type Sample = Counted & { titles: OfDay[] };

/** Beyond so many of the sample all are not counted any more: the total is within 10 % then, in 19 of 20 cases. */
const MOST_OF_SAMPLE = 400;

/** How many jobs were found, and of which kinds: of many reckoned from a sample, since each one counted takes its time. */
export async function countsOf(
  pool: pg.Pool,
  asked: Asked,
  sample: Sample,
): Promise<Pick<Found, 'total' | 'counts' | 'facets'>> {
  if (sample.total > MOST_OF_SAMPLE) return { ...estimateOf(sample), counts: 'estimated' };
  const { total, facets } = await count(pool, asked, allOf(asked.parts));
  return { total, facets, counts: 'exact' };
}

export async function countSample(pool: pg.Pool, asked: Asked): Promise<Sample> {
  const words = allOf([...asked.parts, SAMPLE]);
  const values: unknown[] = [];
  const [counted, titles] = await Promise.all([
    count(pool, asked, words),
    pool.query<OfDay>(
      `SELECT day, count(*)::int AS count FROM job_search WHERE ${matching(words, 'title', values)} ${filterOf(asked.query, asked.near, values)} GROUP BY day`,
      values,
    ),
  ]);
  return { ...counted, titles: titles.rows };
}

function estimateOf({ total, facets }: Counted): Pick<Found, 'total' | 'facets'> {
  const scaled = <T extends { count: number }>(values: readonly T[]) =>
    values.map((value) => ({ ...value, count: value.count * SAMPLED }));
  return {
    total: total * SAMPLED,
    facets: {
      job_type: scaled(facets.job_type),
      remote: scaled(facets.remote),
      location: scaled(facets.location),
      seniority: scaled(facets.seniority),
      company: scaled(facets.company),
    },
  };
}

/** What `grouping` says of each column by which jobs are counted, and of none. */
const BY = { job_type: 31, remote: 47, location: 55, company: 59, seniority: 61, day: 62, none: 63 };

type Row = {
  facet: number;
  count: number;
  day: number | null;
  value: string | null;
  id: number;
};

async function count(pool: pg.Pool, { query, near }: Asked, words: string): Promise<Counted> {
  const values: unknown[] = [MOST_VALUES];
  const { rows } = await pool.query<Row>(
    `WITH counted AS (
       SELECT grouping(job_type, remote, location, company_id, seniority, day) AS facet, count(*)::int AS count, job_type, remote, location, company_id, seniority, day
       FROM job_search WHERE ${matching(words, 'words', values)} ${filterOf(query, near, values)}
       GROUP BY GROUPING SETS ((job_type), (remote), (location), (company_id), (seniority), (day), ())),
     ranked AS (
       SELECT *, row_number() OVER (PARTITION BY facet ORDER BY count DESC, job_type, remote, location, company_id, seniority) AS place
       FROM counted WHERE facet IN (${BY.day}, ${BY.none}) OR num_nonnulls(job_type, remote, location, company_id, seniority) = 1)
     SELECT facet, count, day, coalesce(job_type, remote::text, ranked.location, seniority, companies.name) AS value, companies.id
     FROM ranked LEFT JOIN companies ON companies.id = company_id
     WHERE place <= $1 OR facet = ${BY.day} ORDER BY count DESC, value`,
    values,
  );
  const facet = (by: number) =>
    rows.flatMap(({ facet, value, count, id }) =>
      facet === by && value !== null ? [{ value, count, id }] : [],
    );
  const plain = (by: number) => facet(by).map(({ value, count }) => ({ value, count }));
  return {
    total: rows.find(({ facet }) => facet === BY.none)?.count ?? 0,
    days: rows.flatMap(({ facet, day, count }) => (facet === BY.day ? [{ day: day!, count }] : [])),
    facets: {
      job_type: plain(BY.job_type),
      remote: plain(BY.remote),
      location: plain(BY.location),
      seniority: plain(BY.seniority),
      company: facet(BY.company),
    },
  };
}
