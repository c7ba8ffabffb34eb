import { setTimeout as delay } from 'node:timers/promises';
import { quoteIdent } from '@banyan/postgres';
import type pg from 'pg';
import { API } from '../../systems/career-copilot/api/common.ts';
import { startGatewayDouble } from '../../systems/career-copilot/kit/testing/gateway.ts';
import { jobs } from '../../systems/career-copilot/services/jobs/main.ts';
import { ALIAS } from '../../systems/career-copilot/services/jobs/search/opensearch/definition.ts';
import { percentile } from '../percentile.ts';
import type { Phase } from './phase.ts';
import { type Company, corpusOf, type Posting } from './postings.ts';
import { type Query, queriesOf } from './queries.ts';

/** Rows of one INSERT. */
const BATCH = 1_000;
/** Asked before anything counts: plans are made, pages of the tables come into memory. */
const WARM_UP = 45;
/** Words from this place of the frequency list on are in some dozens of postings. */
const RARE_FROM = 10_000;
const USER = 7;

/** Searches by HTTP, one after the other, as the gateway would send them to the jobs service: in its database, then in OpenSearch. */
export const run: Phase = async ({ createDatabase, postings, queries }) => {
  const corpus = corpusOf(postings);
  const asked = queriesOf(queries, corpus.words.slice(RARE_FROM));
  const gateway = await startGatewayDouble();
  const env = {
    DATABASE_URL: await createDatabase('jobs'),
    BUS_URL: await createDatabase('bus'),
    API_URL: gateway.url,
    LOG_LEVEL: 'silent',
  };
  const searched = async (more: Record<string, string>, begin: (service: Jobs) => Promise<void>) => {
    const service = await jobs.start({ ...env, ...more });
    try {
      await begin(service);
      return await measure(`${service.url}${API}/jobs/search`, () => gateway.token(USER), asked);
    } finally {
      await service.close();
    }
  };
  try {
    const took = await searched({}, async (service) => {
      await fill(service.pool, corpus.companies, corpus.postings());
      // What else the service does with new postings is done before anything is measured.
      await service.provided.matching.current();
    });
    const kinds = [...new Set(asked.map(({ kind }) => kind))];
    const results = [
      { name: 'job search p95 ms', value: p95(took), unit: 'ms' },
      ...kinds.map((kind) => ({
        name: `job search p95 ms, ${kind}`,
        value: p95(took.filter((one) => one.kind === kind)),
        unit: 'ms',
      })),
    ];
    const url = process.env.OPENSEARCH_URL;
    const name = 'job search on OpenSearch p95 ms';
    if (!url) return { results, missing: [{ name, why: 'OPENSEARCH_URL names no server' }] };
    const there = await searched({ JOB_SEARCH_URL: url }, ({ pool }) => whole(pool, url));
    return { results: [...results, { name, value: p95(there), unit: 'ms' }], missing: [] };
  } finally {
    gateway.close();
  }
};

type Jobs = Awaited<ReturnType<typeof jobs.start>>;
type Took = { kind: string; ms: number };

const p95 = (took: readonly Took[]) =>
  percentile(
    took.map(({ ms }) => ms),
    0.95,
  );

/** `token`: a new one for each request, since it is good for a minute. */
async function measure(url: string, token: () => string, asked: readonly Query[]): Promise<Took[]> {
  const ask = async (query: string) => {
    const headers = { authorization: `Bearer ${token()}` };
    const begun = performance.now();
    const response = await fetch(`${url}?${query}`, { headers });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`${query} was answered ${response.status}: ${body}`);
    return performance.now() - begun;
  };
  for (const { query } of asked.slice(0, WARM_UP)) await ask(query);
  const took: Took[] = [];
  for (const { kind, query } of asked) took.push({ kind, ms: await ask(query) });
  return took;
}

/** Resolves once the index has all jobs and is searched. */
async function whole(pool: pg.Pool, url: string): Promise<void> {
  for (;;) {
    const { rows } = await pool.query('SELECT FROM job_search_changes LIMIT 1');
    const found = await fetch(`${url}/${ALIAS}/_count`).catch(() => undefined);
    if (rows.length === 0 && found?.ok) return;
    await delay(100);
  }
}

export async function fill(
  pool: pg.Pool,
  companies: readonly Company[],
  postings: Iterable<Posting>,
): Promise<void> {
  // Sorted in one by one, so many words would take longer than all the rest.
  const { rows: indexes } = await pool.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE '% USING gin %'`,
  );
  for (const { name } of indexes) await pool.query(`DROP INDEX ${quoteIdent(name)}`);
  await pool.query(
    `INSERT INTO companies (id, name, industry) SELECT * FROM unnest($1::int[], $2::text[], $3::text[])`,
    [
      companies.map((_, index) => index + 1),
      companies.map(({ name }) => name),
      companies.map(({ industry }) => industry),
    ],
  );
  for (const batch of batches(postings)) {
    await pool.query(
      `INSERT INTO jobs (company_id, title, description, location, job_type, remote, salary_min, salary_max, requirements, posted_at)
       SELECT company + 1, title, description, location, "jobType", remote, "salaryMin", "salaryMax",
         ARRAY(SELECT jsonb_array_elements_text(requirements)), now() - make_interval(days => "ageDays")
       FROM jsonb_to_recordset($1) AS one (company int, title text, description text, location text, "jobType" text, remote boolean,
         "salaryMin" int, "salaryMax" int, requirements jsonb, "ageDays" int)`,
      [JSON.stringify(batch)],
    );
  }
  for (const { definition } of indexes) await pool.query(definition);
  // As a database that has been there for a while: the benchmark's server does no such work by itself.
  await pool.query('VACUUM ANALYZE jobs, companies, job_search, job_search_vocabulary');
}

function* batches<T>(items: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
