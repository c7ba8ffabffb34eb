import type pg from 'pg';

type Executor = Pick<pg.Pool, 'query'>;

/** Of a posting whatever its reader saw: a version of it is another if any of this is. */
const POSTING = `jobs.id AS job_id, title, name, location, job_type, remote, salary_min, salary_max,
  coalesce(requirements, '{}') AS requirements, description`;

/**
 * Keeps the posting of an application that was sent, as it is now, unless one is kept already. Postings vanish; what somebody has
 * applied for is to be read before the interview.
 */
export async function keepPosting(tx: Executor, applicationId: number): Promise<void> {
  await tx.query(keepSql('applications.id = $1'), [applicationId]);
}

/**
 * The same for those that the monolith has made, in which this service had no hand; for so many at most. Resolves with how many that
 * were.
 */
export async function keepMissingPostings(db: Executor, limit: number): Promise<number> {
  const missing = `status <> 'saved' AND NOT EXISTS (
    SELECT FROM application_postings AS kept WHERE kept.application_id = applications.id) LIMIT $1`;
  const { rowCount } = await db.query(keepSql(missing), [limit]);
  return rowCount ?? 0;
}

function keepSql(which: string): string {
  return `
    WITH wanted AS MATERIALIZED (
      SELECT applications.id AS application_id, ${POSTING}
      FROM applications JOIN jobs ON jobs.id = job_id JOIN companies ON companies.id = company_id WHERE ${which}),
    versions AS MATERIALIZED (
      SELECT wanted.*, md5(jsonb_build_array(title, name, location, job_type, remote, salary_min, salary_max, requirements,
        description)::text) AS digest FROM wanted),
    kept AS (
      INSERT INTO postings SELECT DISTINCT ON (job_id, digest) job_id, digest, title, name, location, job_type, remote,
        salary_min, salary_max, requirements, description FROM versions ON CONFLICT DO NOTHING)
    INSERT INTO application_postings (application_id, job_id, digest)
    SELECT application_id, job_id, digest FROM versions ON CONFLICT DO NOTHING`;
}
