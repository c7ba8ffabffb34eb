import type { Sagas } from '@banyan/events';
import { repeatedWork, type ServicePart } from '@banyan/service';
import type pg from 'pg';
import type { processJobMatch } from './process-job-match.ts';

type ProcessJobMatch = ReturnType<typeof processJobMatch>;

/** How long until it looks again which jobs were posted, ms, and how many sagas it starts then. */
const LOOK_MS = 1_000;
const AT_ONCE = 20;

/** Whoever wants to be told of jobs that fit is told of this one: by a saga of the event's, which begins once the transaction is over. */
export async function queueForMatching(
  tx: pg.PoolClient,
  event: { id: string; data: { jobId: number } },
): Promise<void> {
  await tx.query(
    `INSERT INTO jobs_to_match (event_id, job_id) SELECT $1, $2 WHERE EXISTS (SELECT FROM match_settings WHERE notify)
     ON CONFLICT DO NOTHING`,
    [event.id, event.data.jobId],
  );
}

/** Starts the sagas of what was queued, some at a time: hundreds of jobs may be posted at once. Needs the part `events`. */
export const matchTelling: ServicePart<undefined> = {
  async start(host) {
    const { pool, provided } = host;
    const { sagas } = provided.events as { sagas: Pick<Sagas<ProcessJobMatch>, 'start'> };
    /** A saga that was started before its row was taken away is not started again: its id is the event's. */
    async function startSome(signal: AbortSignal): Promise<void> {
      const { rows } = await pool.query<{ event_id: string; job_id: number }>(
        'SELECT event_id, job_id FROM jobs_to_match ORDER BY at LIMIT $1',
        [AT_ONCE],
      );
      for (const { event_id: eventId, job_id: jobId } of rows) {
        if (signal.aborted) break;
        await sagas.start('process_job_match', { jobId }, { id: `process_job_match:${eventId}` });
        await pool.query('DELETE FROM jobs_to_match WHERE event_id = $1', [eventId]);
      }
    }

    const work = repeatedWork(host, { 'tell of jobs that fit': { everyMs: LOOK_MS, run: startSome } });
    return { provided: undefined, ...work };
  },
};
