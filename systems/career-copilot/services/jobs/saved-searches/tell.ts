import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { Frequency } from '../../../api/saved-searches.ts';
import { type contracts, type FoundJob, MOST_NAMED } from '../../../contracts/jobs.ts';

type Due = { id: number; user_id: number; name: string; frequency: Frequency };
type Untold = FoundJob & { total: number };

/** Searches that are told of in one transaction. */
const MOST_AT_ONCE = 50;

/**
 * Tells the owners of searches that are due what those have found since the last time, each job once: the events and the mark are one
 * transaction. Of a job that was closed meanwhile nothing is told. Resolves with how many searches were due.
 */
export async function tellDue(pool: pg.Pool, publish: Events<typeof contracts>['publish']): Promise<number> {
  return await withTransaction(pool, async (tx) => {
    const due = await takeDue(tx);
    for (const { id: searchId, user_id: userId, name, frequency } of due) {
      const jobs = await takeUntold(tx, searchId);
      const total = jobs[0]?.total ?? 0;
      if (total === 0) continue;
      const named = jobs.map(({ total: _total, ...job }) => job);
      await publish(tx, 'SavedSearchMatched', { userId, searchId, name, frequency, jobs: named, total });
    }
    return due.length;
  });
}

/** Nobody else tells of these meanwhile; what they find from now on waits for the end of this, and makes them due again. */
async function takeDue(tx: pg.PoolClient): Promise<Due[]> {
  const { rows } = await tx.query<Due>(
    `UPDATE saved_searches SET due_at = NULL, told_at = now()
     WHERE id IN (SELECT id FROM saved_searches WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, user_id, name, frequency`,
    [MOST_AT_ONCE],
  );
  return rows;
}

async function takeUntold(tx: pg.PoolClient, searchId: number): Promise<Untold[]> {
  const { rows } = await tx.query<Untold>(
    `WITH untold AS (
       UPDATE saved_search_matches SET told_at = now() WHERE search_id = $1 AND told_at IS NULL RETURNING job_id, found_at)
     SELECT jobs.id AS "jobId", company_id AS "companyId", title, companies.name AS company, count(*) OVER ()::int AS total
     FROM untold JOIN jobs ON jobs.id = job_id AND is_active JOIN companies ON companies.id = company_id
     ORDER BY found_at DESC, jobs.id DESC LIMIT $2`,
    [searchId, MOST_NAMED],
  );
  return rows;
}
