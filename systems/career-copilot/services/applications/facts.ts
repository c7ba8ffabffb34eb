import type { FromRows } from '@banyan/events';
import type { ApplicationStatus } from '../../api/applications.ts';
import { contracts } from '../../contracts/applications.ts';

export { contracts };

/** The columns of `applications` by which it is told what happened. */
export type ApplicationRow = { id: number; user_id: number; job_id: number; status: ApplicationStatus };

/** What the monolith does with applications, as the events that this service publishes for what it does itself. */
export const fromRows: FromRows<typeof contracts> = {
  applications: {
    insert: ({ id: applicationId, user_id: userId, job_id: jobId, status }: ApplicationRow) => ({
      type: 'ApplicationCreated',
      data: { userId, applicationId, jobId, status },
    }),
    update: (before: ApplicationRow, after: ApplicationRow) =>
      before.status === after.status
        ? undefined
        : {
            type: 'ApplicationStatusChanged',
            data: { userId: after.user_id, applicationId: after.id, from: before.status, to: after.status },
          },
  },
};
