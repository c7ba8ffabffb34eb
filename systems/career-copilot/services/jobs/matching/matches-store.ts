import type pg from 'pg';
import type { Job } from '../../../api/jobs.ts';
import type { MatchSettings } from '../../../api/matching.ts';
import { FROM, JOB } from '../store.ts';
import type { KnownProfile } from './person.ts';
import type { Fit, Weights } from './score.ts';
import { PARTS, UNKNOWN } from './score.ts';

type Executor = pg.Pool | pg.PoolClient;

/** Shown matches that nobody said anything of are forgotten after so many days. */
const REMEMBERED = '180 days';

export async function listJobsByIds(db: Executor, ids: readonly number[]): Promise<Map<number, Job>> {
  const { rows } = await db.query<Job>(`SELECT ${JOB} ${FROM} WHERE jobs.id = ANY ($1) AND is_active`, [ids]);
  return new Map(rows.map((job) => [job.id, job]));
}

export type Outcome = 'accepted' | 'rejected';

export async function listOutcomes(db: Executor, userId: number): Promise<Map<number, Outcome>> {
  const { rows } = await db.query<{ job_id: number; outcome: Outcome }>(
    'SELECT job_id, outcome FROM job_matches WHERE user_id = $1 AND outcome IS NOT NULL',
    [userId],
  );
  return new Map(rows.map(({ job_id, outcome }) => [job_id, outcome]));
}

export type Shown = { jobId: number; score: number; fit: Fit };

/** What was shown is what was known when somebody decided: the first time counts. */
export async function noteShown(db: Executor, userId: number, shown: readonly Shown[]): Promise<void> {
  if (shown.length === 0) return;
  await db.query(
    `INSERT INTO job_matches (user_id, job_id, score, fit, shown_at)
     SELECT $1, job_id, score, fit, now() FROM jsonb_to_recordset($2) AS row (job_id integer, score smallint, fit real[])
     ORDER BY job_id
     ON CONFLICT (user_id, job_id) DO UPDATE SET shown_at = now() WHERE job_matches.shown_at IS NULL`,
    [
      userId,
      JSON.stringify(
        shown.map(({ jobId, score, fit }) => ({
          job_id: jobId,
          score,
          fit: valuesOf(fit),
        })),
      ),
    ],
  );
}

/** What somebody made of a match; false if it was never one of theirs. The last word counts. */
export async function noteOutcome(
  db: Executor,
  userId: number,
  jobId: number,
  outcome: Outcome,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE job_matches SET outcome = $3, outcome_at = now() WHERE user_id = $1 AND job_id = $2',
    [userId, jobId, outcome],
  );
  return rowCount === 1;
}

export async function forgetOldMatches(db: Executor): Promise<void> {
  await db.query(
    `DELETE FROM job_matches WHERE outcome IS NULL AND greatest(shown_at, told_at) < now() - interval '${REMEMBERED}'
       AND NOT EXISTS (SELECT FROM jobs WHERE jobs.id = job_id AND is_active)`,
  );
}

export type Settings = MatchSettings & { profile: Pick<KnownProfile, 'skills' | 'headline' | 'location'> };

type SettingsRow = MatchSettings & Settings['profile'];

export async function findSettings(db: Executor, userId: number): Promise<Settings | undefined> {
  const { rows } = await db.query<SettingsRow>(
    `SELECT notify, threshold, titles, places, remote, least_salary, skills, headline, location
     FROM match_settings WHERE user_id = $1`,
    [userId],
  );
  if (!rows[0]) return;
  const { skills, headline, location, ...settings } = rows[0];
  return { ...settings, profile: { skills, headline, location } };
}

export async function putSettings(
  db: Executor,
  userId: number,
  { notify, threshold, titles, places, remote, least_salary }: MatchSettings,
  { skills, headline, location, keys }: Settings['profile'] & { keys: readonly string[] },
): Promise<void> {
  await db.query(
    `INSERT INTO match_settings (user_id, notify, threshold, titles, places, remote, least_salary, skills, headline, location, skill_keys)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (user_id) DO UPDATE SET notify = excluded.notify, threshold = excluded.threshold, titles = excluded.titles,
       places = excluded.places, remote = excluded.remote, least_salary = excluded.least_salary, skills = excluded.skills,
       headline = excluded.headline, location = excluded.location, skill_keys = excluded.skill_keys, updated_at = now()`,
    [userId, notify, threshold, titles, places, remote, least_salary, skills, headline, location, keys],
  );
}

/** Of a person who is no more. */
export async function forgetPerson(db: Executor, userId: number): Promise<void> {
  await db.query('DELETE FROM match_settings WHERE user_id = $1', [userId]);
  await db.query('DELETE FROM job_matches WHERE user_id = $1', [userId]);
}

/** The weights that matches are ranked by; undefined: none were learned that are better than the fixed ones. */
export async function findUsedWeights(db: Executor): Promise<Weights | undefined> {
  const { rows } = await db.query<{ weights: Weights; used: boolean }>(
    'SELECT weights, used FROM match_weights ORDER BY id DESC LIMIT 1',
  );
  return rows[0]?.used ? rows[0].weights : undefined;
}

/** In the order of `PARTS`. */
export function valuesOf(fit: Fit): number[] {
  return PARTS.map((part) => fit[part] ?? UNKNOWN);
}
