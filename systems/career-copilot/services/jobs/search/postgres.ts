import type pg from 'pg';
import type { Job, JobSearchAnswer, JobSearchQuery } from '../../../api/jobs.ts';
import { FROM, filterOf, JOB } from '../store.ts';
import type { Found, JobSearch } from './search.ts';
import { alternativesOf } from './words.ts';

/** As the index has it. */
const TEXT = `(setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'C'))`;
/** What PostgreSQL puts around a word that it found: signs that are taken out of the text before. */
const [BEGIN, END] = ['\u0002', '\u0003'];
const MARKS = `StartSel=${BEGIN}, StopSel=${END}`;
const MOST_VALUES = 10;

type Way = Pick<Found, 'matched'> & { where: string; rank: string; text: string };
const BY_WORDS: Omit<Way, 'text'> = {
  matched: 'words',
  where: `${TEXT} @@ $1::tsquery`,
  rank: `ts_rank_cd(${TEXT}, $1::tsquery)`,
};
const BY_LIKENESS: Omit<Way, 'text'> = {
  matched: 'similar',
  where: '$1 <% title',
  rank: 'word_similarity($1, title)',
};

/** By PostgreSQL's full text and trigrams. */
export function searchInPostgres(pool: pg.Pool): JobSearch {
  return {
    async search(query) {
      const text = await tsquery(pool, query.q);
      const byWords = text === '' ? undefined : await searchBy(pool, query, { ...BY_WORDS, text });
      if (byWords && byWords.total > 0) return byWords;
      return await searchBy(pool, query, { ...BY_LIKENESS, text: query.q });
    },
  };
}

/** All words in any of their forms and synonyms; empty if there is none that counts. */
async function tsquery(pool: pg.Pool, words: string): Promise<string> {
  const values: string[] = [];
  const parts = alternativesOf(words).map((alternatives) => {
    const each = alternatives.map((one) => `phraseto_tsquery('english', $${values.push(one)})`);
    return `(${each.join(' || ')})`;
  });
  if (parts.length === 0) return '';
  const { rows } = await pool.query<{ query: string }>(
    `SELECT (${parts.join(' && ')})::text AS query`,
    values,
  );
  return rows[0]!.query;
}

async function searchBy(pool: pg.Pool, query: JobSearchQuery, way: Way): Promise<Found> {
  const { q: _q, page, limit, ...filters } = query;
  const filter = filterOf(filters, 2);
  const where = `${way.where} AND ${filter.where}`;
  const values = [way.text, ...filter.values];
  const [paging, counted] = await Promise.all([
    pool.query<Job & { description: string }>(
      `SELECT ${JOB}, jobs.description ${FROM} WHERE ${where}
       ORDER BY ${way.rank} DESC, posted_at DESC, jobs.id DESC LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
      [...values, limit, (page - 1) * limit],
    ),
    pool.query<{ facet: number; value: string | null; count: number }>(
      `SELECT grouping(job_type, remote, jobs.location, companies.name) AS facet, count(*)::int AS count,
         coalesce(job_type, remote::text, jobs.location, companies.name) AS value ${FROM} WHERE ${where}
       GROUP BY GROUPING SETS ((job_type), (remote), (jobs.location), (companies.name), ())
       ORDER BY count DESC, value`,
      values,
    ),
  ]);
  const facet = (number: number) =>
    counted.rows.flatMap(({ facet, value, count }) =>
      facet === number && value !== null ? [{ value, count }] : [],
    );
  const facets = { job_type: facet(7), remote: facet(11), location: facet(13), company: facet(14) };
  return {
    jobs: await highlighted(pool, paging.rows, way),
    total: counted.rows.find(({ facet }) => facet === 15)?.count ?? 0,
    matched: way.matched,
    facets: Object.fromEntries(
      Object.entries(facets).map(([name, found]) => [name, found.slice(0, MOST_VALUES)]),
    ) as JobSearchAnswer['facets'],
  };
}

/** Of the page only: to mark words takes longer than to find them. */
async function highlighted(
  pool: pg.Pool,
  jobs: (Job & { description: string })[],
  { matched, text }: Way,
): Promise<Found['jobs']> {
  const { rows } = await pool.query<{ title: string; description: string }>(
    `SELECT ts_headline('english', title, query, $3 || ', HighlightAll=true') AS title,
       ts_headline('english', description, query, $3 || ', MaxFragments=2, MaxWords=20, MinWords=8') AS description
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS job (title, description, place),
       (SELECT CASE WHEN $4 THEN $5::tsquery ELSE plainto_tsquery('english', '') END AS query) AS asked
     ORDER BY place`,
    [
      jobs.map(({ title }) => unmarked(title)),
      jobs.map(({ description }) => unmarked(description)),
      MARKS,
      matched === 'words',
      matched === 'words' ? text : '',
    ],
  );
  return jobs.map(({ description: _description, ...job }, index) => ({
    ...job,
    highlights: { title: marked(rows[index]!.title), description: marked(rows[index]!.description) },
  }));
}

function unmarked(text: string): string {
  return text.replaceAll(BEGIN, '').replaceAll(END, '');
}

/** Whatever stands in a job is text; only the marks are HTML. */
function marked(text: string): string {
  return text
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(BEGIN, '<mark>')
    .replaceAll(END, '</mark>');
}
