import type pg from 'pg';
import type { FoundJob } from '../../../contracts/jobs.ts';
import { activeNow } from '../../../kit/account-activity.ts';
import type { Settings } from './matches-store.ts';
import type { Posting } from './score.ts';

/** Somebody whom a job fits as well as they want it to; `values`: how well each part does, in the order of `PARTS`. */
export type Found = { userId: number; score: number; values: number[]; reasons: string[] };

/** People who are looked at at once. */
const PART = 1_000;

type Wanting = Settings & { userId: number };
type Row = Omit<Settings, 'profile'> & Settings['profile'] & { user_id: number };

/** Those who want to be told, have one of its skills, and have not been told of it nor refused it; part by part. */
export async function* listWanting(tx: pg.PoolClient, { id, skills }: Posting): AsyncGenerator<Wanting[]> {
  for (let after = 0; ; ) {
    const { rows } = await tx.query<Row>(
      `SELECT user_id, notify, threshold, titles, places, remote, least_salary, skills, headline, location FROM match_settings
       WHERE notify AND skill_keys && $1 AND user_id > $2 AND ${activeNow('match_settings.user_id', 'true')}
         AND NOT EXISTS (SELECT FROM job_matches WHERE job_matches.user_id = match_settings.user_id AND job_id = $3
                         AND (told_at IS NOT NULL OR outcome IS NOT NULL))
       ORDER BY user_id LIMIT ${PART}`,
      [skills, after, id],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(({ user_id, skills, headline, location, ...settings }) => ({
      ...settings,
      userId: user_id,
      profile: { skills, headline, location },
    }));
    after = last.user_id;
  }
}

/** For the saga of this id; one that another saga has recorded is that one's. */
export async function recordMatches(
  tx: pg.PoolClient,
  saga: string,
  jobId: number,
  found: readonly Found[],
): Promise<void> {
  await tx.query(
    `INSERT INTO job_matches (user_id, job_id, score, fit, found_by)
     SELECT user_id, $2, score, fit, $1 FROM jsonb_to_recordset($3) AS row (user_id integer, score smallint, fit real[])
     ORDER BY user_id
     ON CONFLICT (user_id, job_id) DO UPDATE SET found_by = excluded.found_by
       WHERE job_matches.found_by IS NULL AND job_matches.outcome IS NULL`,
    [
      saga,
      jobId,
      JSON.stringify(found.map(({ userId, score, values }) => ({ user_id: userId, score, fit: values }))),
    ],
  );
}

/** Of a saga's matches those that it has not told anybody of; what was shown to them before stays. */
export async function forgetUntold(tx: pg.PoolClient, saga: string): Promise<void> {
  await tx.query(
    'DELETE FROM job_matches WHERE found_by = $1 AND told_at IS NULL AND shown_at IS NULL AND outcome IS NULL',
    [saga],
  );
  await tx.query('UPDATE job_matches SET found_by = NULL WHERE found_by = $1 AND told_at IS NULL', [saga]);
}

/** Undefined: closed, or gone. It stays open until the transaction ends. */
export async function findOpenJob(tx: pg.PoolClient, jobId: number): Promise<FoundJob | undefined> {
  const { rows } = await tx.query<FoundJob>(
    `SELECT jobs.id AS "jobId", company_id AS "companyId", title, companies.name AS company
     FROM jobs JOIN companies ON companies.id = company_id WHERE jobs.id = $1 AND is_active FOR SHARE OF jobs`,
    [jobId],
  );
  return rows[0];
}

/** Those who are told now, of the saga's matches: who still wants it. */
export async function markTold(tx: pg.PoolClient, saga: string): Promise<number[]> {
  const { rows } = await tx.query<{ user_id: number }>(
    `UPDATE job_matches SET told_at = now() FROM match_settings
     WHERE found_by = $1 AND told_at IS NULL AND outcome IS NULL
       AND match_settings.user_id = job_matches.user_id AND notify RETURNING job_matches.user_id`,
    [saga],
  );
  return rows.map(({ user_id }) => user_id);
}
