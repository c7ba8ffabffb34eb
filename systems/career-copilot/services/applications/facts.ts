import type { Fact, FromRows, StreamOf } from '@banyan/events';
import { mayMove } from '../../api/transitions.ts';
import { contracts } from '../../contracts/applications.ts';
import { isStatus } from './transitions.ts';

export { contracts };

/** The columns of `applications` by which it is told what happened. */
export type ApplicationRow = {
  id: number;
  user_id: number;
  job_id: number;
  status: string;
  applied_at: Date | null;
  created_at: Date;
};
type NoteRow = { id: number; application_id: number; is_private: boolean };
type DocumentRow = { id: number; user_id: number; application_id: number | null; kind: string };
type StepRow = { application_id: number; from_status: string | null; to_status: string; created_at: Date };

/** What the monolith does with applications, as the events that this service publishes for what it does itself. */
export const fromRows: FromRows<typeof contracts> = {
  applications: {
    insert: there,
    exists: there,
    update: (before: ApplicationRow, after: ApplicationRow) => {
      const { user_id: userId, id: applicationId, status: to } = after;
      const from = before.status;
      if (from === to) return undefined;
      if (!isStatus(to)) return unknown(after);
      const known = isStatus(from) ? { from } : {};
      const regular = isStatus(from) && mayMove(from, to);
      const data = { userId, applicationId, ...known, to, ...(to === 'applied' ? appliedAt(after) : {}) };
      return { type: 'ApplicationStatusChanged', data: regular ? data : { ...data, irregular: true } };
    },
    delete: ({ user_id: userId, id: applicationId, job_id: jobId }: ApplicationRow) => ({
      type: 'ApplicationRemoved',
      data: { userId, applicationId, jobId },
    }),
  },
  // By what the steps of before say, consumers that ask know how far applications ever came.
  application_timeline: {
    ofNoStream: true,
    exists: ({
      application_id: applicationId,
      from_status: from,
      to_status: to,
      created_at: at,
    }: StepRow) => ({
      type: 'ApplicationStepKnown',
      data: { applicationId, ...(from === null ? {} : { from }), to, at: at.toISOString() },
    }),
  },
  application_notes: {
    insert: ({ application_id: applicationId, id: noteId, is_private: isPrivate }: NoteRow) => ({
      type: 'ApplicationNoteAdded',
      data: { applicationId, noteId, isPrivate },
    }),
  },
  documents: {
    insert: ({ user_id: userId, application_id: applicationId, id: documentId, kind }: DocumentRow) =>
      applicationId === null
        ? undefined
        : { type: 'DocumentAttached', data: { userId, applicationId, documentId, kind } },
    delete: ({ user_id: userId, application_id: applicationId, id: documentId }: DocumentRow) =>
      applicationId === null
        ? undefined
        : { type: 'DocumentRemoved', data: { userId, applicationId, documentId } },
  },
};

/** Each application is a stream. Steps of before are in it as what they have led to. */
export const streamOf: StreamOf<typeof contracts> = ({ type, data }) =>
  type === 'ApplicationStepKnown' ? undefined : streamOfApplication(data.applicationId);

export function streamOfApplication(id: number): string {
  return `application-${id}`;
}

/** When it was sent, if it was. */
export function appliedAt({ applied_at: at }: Pick<ApplicationRow, 'applied_at'>): { appliedAt?: string } {
  return at === null ? {} : { appliedAt: at.toISOString() };
}

function there(row: ApplicationRow): Fact<typeof contracts> {
  const { id: applicationId, user_id: userId, job_id: jobId, status, created_at: at } = row;
  if (!isStatus(status)) return unknown(row);
  return {
    type: 'ApplicationCreated',
    data: { userId, applicationId, jobId, status, createdAt: at.toISOString(), ...appliedAt(row) },
  };
}

function unknown({ id: applicationId, user_id: userId, job_id: jobId, status }: ApplicationRow) {
  const data = { userId, applicationId, jobId, status };
  return { type: 'ApplicationIrregular', data } as const;
}
