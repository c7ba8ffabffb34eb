import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { contracts } from '../../../contracts/applications.ts';

/** Reminders told in one transaction, at most. */
const BATCH = 100;

/**
 * Publishes `NextActionDue` of what somebody wants to be told by now, each once: that it was told commits with it. Resolves with how
 * many that were. Many processes may do this at once.
 */
export async function tellDueActions(
  pool: pg.Pool,
  publish: Events<typeof contracts>['publish'],
): Promise<number> {
  return await withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<Due>(
      `UPDATE next_actions AS next SET reminded_at = now()
       FROM (SELECT next_actions.id FROM next_actions
             WHERE closed_at IS NULL AND reminded_at IS NULL AND remind_at <= now()
             ORDER BY remind_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS due,
         applications LEFT JOIN jobs ON jobs.id = applications.job_id LEFT JOIN companies ON companies.id = company_id
       WHERE next.id = due.id AND applications.id = next.application_id
       RETURNING next.id, what, due_at, user_id, application_id, job_id, jobs.title, companies.name`,
      [BATCH],
    );
    for (const { id, what, due_at, user_id, application_id, job_id, title, name } of rows)
      await publish(tx, 'NextActionDue', {
        userId: user_id,
        applicationId: application_id,
        jobId: job_id,
        actionId: id,
        dueAt: due_at.toISOString(),
        what,
        jobTitle: title ?? '',
        companyName: name ?? '',
      });
    return rows.length;
  });
}

type Due = {
  id: number;
  what: string;
  due_at: Date;
  user_id: number;
  application_id: number;
  job_id: number;
  title: string | null;
  name: string | null;
};
