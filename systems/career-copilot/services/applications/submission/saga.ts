import { defineSaga, Refused } from '@banyan/events';
import type pg from 'pg';
import { Type } from 'typebox';
import type { Source } from '../../../api/tracking.ts';
import { createApplication, type Ledger, removeApplication } from '../commands.ts';
import { insertNotification, isOpenJob, lockApplication } from '../store.ts';
import { setSource } from '../tracking/commands.ts';
import * as store from './store.ts';

/** The other services, as far as a submission asks them. */
export type Others = {
  /** Whether somebody may apply; whoever knows them is asked. */
  mayApply(userId: number, signal: AbortSignal): Promise<boolean>;
  /** What is offered; undefined if nobody can apply for it. */
  findJob(jobId: number, signal: AbortSignal): Promise<{ title: string; company: string } | undefined>;
};

export type SubmissionHost = {
  ledger(): Ledger;
  others: Others;
  /** Applications of one person in one day. */
  perDay: number;
};

/** Short, since somebody waits: five attempts in some four seconds. */
const PATIENCE = { retries: 4, retryDelay: 'PT0.25S', timeout: 'PT5S' } as const;

/** Why it was refused: codes of decide.ts, by which routes answer. */
export type Refusal = 'USER_NOT_ACTIVE' | 'JOB_NOT_OPEN' | 'ALREADY_APPLIED' | 'DAILY_LIMIT';

/**
 * Makes an application over the services that have to agree. Whatever fails, and whenever, nothing of it is left in the end: no
 * application, nothing counted; and what was done was done once.
 */
export function createApplicationSaga({ ledger, others, perDay }: SubmissionHost) {
  return defineSaga('create_application', {
    input: Type.Object({
      submissionId: Type.String(),
      userId: Type.Integer(),
      jobId: Type.Integer(),
    }),
    steps: (saga) =>
      saga
        .step('validate_user', {
          ...PATIENCE,
          action: async ({ input }, { signal }) => {
            if (!(await others.mayApply(input.userId, signal))) throw refused('USER_NOT_ACTIVE');
          },
        })
        .step('validate_job', {
          ...PATIENCE,
          action: async ({ input }, { signal }) => {
            const job = await others.findJob(input.jobId, signal);
            if (!job) throw refused('JOB_NOT_OPEN');
            return job;
          },
        })
        .transaction('create_application', {
          ...PATIENCE,
          action: async ({ input }, { tx }) => {
            const { userId, jobId } = input;
            // It is open, and the row of it has not come to this service yet.
            if (!(await isOpenJob(tx, jobId))) throw new Error(`job ${jobId} is not known here yet`);
            const { status, coverLetter, source } = await store.findSubmission(tx, input.submissionId);
            const about = { actor: String(userId) };
            const one = { userId, jobId, status, coverLetter };
            const id = await createApplication(tx, ledger(), one, about);
            if (id === undefined) throw refused('ALREADY_APPLIED');
            if (source) await describe(tx, ledger(), { userId, id }, source);
            return { applicationId: id };
          },
          compensation: async ({ input, results }, { tx }) => {
            const id = results.create_application?.applicationId;
            const row = id === undefined ? undefined : await lockApplication(tx, input.userId, id);
            if (row) await removeApplication(tx, ledger(), row, { actor: SAGA });
          },
        })
        .transaction('update_statistics', {
          ...PATIENCE,
          action: async ({ input }, { tx }) => {
            const day = await store.countSubmission(tx, input.userId, perDay);
            if (day === undefined) throw refused('DAILY_LIMIT');
            return { day };
          },
          compensation: async ({ input, results }, { tx }) => {
            const day = results.update_statistics?.day;
            if (day !== undefined) await store.uncountSubmission(tx, input.userId, day);
          },
        })
        .transaction('send_notifications', {
          ...PATIENCE,
          action: async ({ input, results }, { tx }) => {
            const { title, company } = results.validate_job;
            await insertNotification(tx, {
              userId: input.userId,
              kind: 'application_created',
              title: 'Application added',
              body: `${title} at ${company} is among your applications.`,
            });
          },
        }),
  });
}

const SAGA = 'create_application';

async function describe(
  tx: pg.PoolClient,
  ledger: Ledger,
  { userId, id }: { userId: number; id: number },
  source: Source,
): Promise<void> {
  const row = await lockApplication(tx, userId, id);
  await setSource(tx, ledger, row!, source, { actor: String(userId) });
}

function refused(code: Refusal): Refused {
  return new Refused(code);
}
