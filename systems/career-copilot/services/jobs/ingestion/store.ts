import { whyNotWriter } from '@banyan/service';
import type pg from 'pg';
import type { Posting } from '../connectors/posting.ts';
import type { CompanyRow, JobRow } from '../facts.ts';
import type { NewJob } from './decide.ts';

export type Source = {
  id: number;
  kind: string;
  board: string;
  company: string | null;
  etag: string | null;
  last_modified: string | null;
};
type Known = { job_id: number; content_hash: string; gone_at: Date | null };
/** What a posting is known by, beside its own id. */
export type Keys = { canonicalUrl: string; fingerprint: string; contentHash: string };

/** What is written here by this service alone, or by the monolith alone. */
const WRITTEN = { service: 'jobs', tables: ['companies', 'jobs'] };

/** The monolith writes companies and jobs, or may from now on. */
export class NotTheWriter extends Error {}

/** Undefined: this service writes companies and jobs, until the transaction ends. The first of what a transaction does. */
export async function whyNotTheWriter(tx: pg.PoolClient): Promise<string | undefined> {
  return await whyNotWriter(tx, WRITTEN);
}

/** Throws `NotTheWriter`. */
export async function mustWrite(tx: pg.PoolClient): Promise<void> {
  const why = await whyNotTheWriter(tx);
  if (why !== undefined) throw new NotTheWriter(why);
}

/** Nobody else finds or makes a job of one of these keys until the transaction ends. In one order, so that two never wait for each other. */
export async function lockKeys(tx: pg.PoolClient, { canonicalUrl, fingerprint }: Keys): Promise<void> {
  await tx.query(
    `SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(name, 0) AS key
       FROM unnest($1::text[]) AS name ORDER BY 1) AS keys`,
    [[`job_postings.url ${canonicalUrl}`, `job_postings.fingerprint ${fingerprint}`]],
  );
}

export async function findPosting(
  tx: pg.PoolClient,
  sourceId: number,
  externalId: string,
): Promise<Known | undefined> {
  const { rows } = await tx.query<Known>(
    'SELECT job_id, content_hash, gone_at FROM job_postings WHERE source_id = $1 AND external_id = $2',
    [sourceId, externalId],
  );
  return rows[0];
}

/** The job that another source offers under the same address, or by the same company, title and place. */
export async function findDouble(
  tx: pg.PoolClient,
  sourceId: number,
  { canonicalUrl, fingerprint }: Keys,
): Promise<number | undefined> {
  const { rows } = await tx.query<{ job_id: number }>(
    `SELECT job_id FROM job_postings
     WHERE gone_at IS NULL AND source_id <> $1 AND (canonical_url = $2 OR fingerprint = $3)
     ORDER BY canonical_url = $2 DESC, first_seen_at LIMIT 1`,
    [sourceId, canonicalUrl, fingerprint],
  );
  return rows[0]?.job_id;
}

/** Whether this source had the job first, of those that have it still: then it says what the job is. */
export async function leads(tx: pg.PoolClient, sourceId: number, jobId: number): Promise<boolean> {
  const { rows } = await tx.query<{ source_id: number }>(
    `SELECT source_id FROM job_postings WHERE job_id = $1 AND (gone_at IS NULL OR source_id = $2)
     ORDER BY gone_at IS NOT NULL, first_seen_at, source_id LIMIT 1`,
    [jobId, sourceId],
  );
  return rows[0] === undefined || rows[0].source_id === sourceId;
}

/** Undefined as `added` if it was known. Names that differ in case only are one company's. */
export async function findOrAddCompany(
  tx: pg.PoolClient,
  name: string,
): Promise<{ id: number; added: CompanyRow | undefined }> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('companies.name ' || lower($1), 0))`, [name]);
  const found = await tx.query<{ id: number }>(
    'SELECT id FROM companies WHERE lower(name) = lower($1) ORDER BY id LIMIT 1',
    [name],
  );
  if (found.rows[0]) return { id: found.rows[0].id, added: undefined };
  const { rows } = await tx.query<CompanyRow>('INSERT INTO companies (name) VALUES ($1) RETURNING *', [name]);
  return { id: rows[0]!.id, added: rows[0] };
}

export async function insertJob(tx: pg.PoolClient, companyId: number, job: NewJob): Promise<JobRow> {
  const { rows } = await tx.query<JobRow>(
    `INSERT INTO jobs (company_id, title, description, location, job_type, remote, salary_min, salary_max, requirements, posted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, now())) RETURNING *`,
    [companyId, ...valuesOf(job), job.posted_at],
  );
  return rows[0]!;
}

/** Both as it was and as it is; undefined if there is none. */
export async function updateJob(
  tx: pg.PoolClient,
  id: number,
  companyId: number,
  job: NewJob,
): Promise<{ before: JobRow; after: JobRow } | undefined> {
  const before = await lockJob(tx, id);
  if (!before) return;
  const { rows } = await tx.query<JobRow>(
    `UPDATE jobs SET company_id = $2, title = $3, description = $4, location = $5, job_type = $6, remote = $7,
       salary_min = $8, salary_max = $9, requirements = $10, is_active = true WHERE id = $1 RETURNING *`,
    [id, companyId, ...valuesOf(job)],
  );
  return { before, after: rows[0]! };
}

export async function setOpen(
  tx: pg.PoolClient,
  id: number,
  isOpen: boolean,
): Promise<{ before: JobRow; after: JobRow } | undefined> {
  const before = await lockJob(tx, id);
  if (!before || before.is_active === isOpen) return;
  await tx.query('UPDATE jobs SET is_active = $2 WHERE id = $1', [id, isOpen]);
  return { before, after: { ...before, is_active: isOpen } };
}

async function lockJob(tx: pg.PoolClient, id: number): Promise<JobRow | undefined> {
  const { rows } = await tx.query<JobRow>('SELECT * FROM jobs WHERE id = $1 FOR UPDATE', [id]);
  return rows[0];
}

/** It is there, whatever was before. */
export async function upsertPosting(
  tx: pg.PoolClient,
  one: { sourceId: number; run: string; jobId: number; posting: Posting; keys: Keys },
): Promise<void> {
  const { posting, keys } = one;
  await tx.query(
    `INSERT INTO job_postings (source_id, external_id, job_id, url, canonical_url, fingerprint, content_hash, html, salary,
       expires_at, last_run)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (source_id, external_id) DO UPDATE SET job_id = excluded.job_id, url = excluded.url,
       canonical_url = excluded.canonical_url, fingerprint = excluded.fingerprint, content_hash = excluded.content_hash,
       html = excluded.html, salary = excluded.salary, expires_at = excluded.expires_at, last_run = excluded.last_run,
       gone_at = NULL`,
    [
      one.sourceId,
      posting.externalId,
      one.jobId,
      posting.url,
      keys.canonicalUrl,
      keys.fingerprint,
      keys.contentHash,
      posting.description,
      posting.salary === null ? null : JSON.stringify(posting.salary),
      posting.expiresAt,
      one.run,
    ],
  );
}

/** Notes that these are there as they were; gives those among them that are: nothing else has to be done for them. */
export async function touchUnchanged(
  db: pg.Pool,
  sourceId: number,
  run: string,
  hashes: ReadonlyMap<string, string>,
): Promise<Set<string>> {
  const { rows } = await db.query<{ external_id: string }>(
    `UPDATE job_postings SET last_run = $2 FROM unnest($3::text[], $4::text[]) AS now (id, hash)
     WHERE source_id = $1 AND external_id = now.id AND content_hash = now.hash AND gone_at IS NULL
       AND (expires_at IS NULL OR expires_at > now())
     RETURNING external_id`,
    [sourceId, run, [...hashes.keys()], [...hashes.values()]],
  );
  return new Set(rows.map((row) => row.external_id));
}

/** Postings that the source has still, as far as is known. */
export async function countOpen(db: pg.Pool, sourceId: number): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    'SELECT count(*)::int AS open FROM job_postings WHERE source_id = $1 AND gone_at IS NULL',
    [sourceId],
  );
  return rows[0]!.open;
}

/** Of those that have not expired: how many were known, and how many of them this run did not see. */
export async function countMissing(
  db: pg.Pool,
  sourceId: number,
  run: string,
): Promise<{ open: number; missing: number }> {
  const { rows } = await db.query<{ open: number; missing: number }>(
    `SELECT count(*)::int AS open, count(*) FILTER (WHERE last_run <> $2)::int AS missing
     FROM job_postings WHERE source_id = $1 AND gone_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
    [sourceId, run],
  );
  return rows[0]!;
}

/** Those that this run did not see (all: that it may judge by), and those that have expired. */
export async function listOver(
  db: pg.Pool,
  sourceId: number,
  { run, all }: { run: string; all: boolean },
): Promise<string[]> {
  const { rows } = await db.query<{ external_id: string }>(
    `SELECT external_id FROM job_postings WHERE source_id = $1 AND gone_at IS NULL
       AND (($3::boolean AND last_run <> $2) OR expires_at <= now()) ORDER BY external_id`,
    [sourceId, run, all],
  );
  return rows.map((row) => row.external_id);
}

/** The job that nobody offers any more since this posting is gone; undefined if another one does. */
export async function endPosting(
  tx: pg.PoolClient,
  sourceId: number,
  externalId: string,
): Promise<number | undefined> {
  const known = await findPosting(tx, sourceId, externalId);
  if (!known) return;
  // Before the others are looked at: whoever offers the job anew in this moment waits, and opens it again.
  await lockJob(tx, known.job_id);
  await tx.query('UPDATE job_postings SET gone_at = now() WHERE source_id = $1 AND external_id = $2', [
    sourceId,
    externalId,
  ]);
  const { rows } = await tx.query('SELECT FROM job_postings WHERE job_id = $1 AND gone_at IS NULL LIMIT 1', [
    known.job_id,
  ]);
  return rows.length === 0 ? known.job_id : undefined;
}

function valuesOf(job: NewJob): unknown[] {
  return [
    job.title,
    job.description,
    job.location,
    job.job_type,
    job.remote,
    job.salary_min,
    job.salary_max,
    job.requirements,
  ];
}
