import type pg from 'pg';

/** A job that nobody has applied for, of a company of its own, in the database of whoever writes jobs, as recruiters make them. */
export async function postJob(db: pg.Pool, title = 'Engineer'): Promise<{ id: number; company: number }> {
  const { rows } = await db.query<{ id: number; company: number }>(
    `WITH company AS (INSERT INTO companies (name) VALUES ('of ' || $1) RETURNING id)
     INSERT INTO jobs (company_id, title, description, job_type) SELECT id, $1, '-', 'full_time' FROM company
     RETURNING id, company_id AS company`,
    [title],
  );
  return rows[0]!;
}
