import type { BatchHandler, Envelope } from '@banyan/events';
import type { WebhookType } from '../../../api/integrations.ts';
import type { contracts } from '../messages.ts';
import { enqueue, type Message } from './queue.ts';

type Contracts = typeof contracts;
type Heard = { userId: number };

/**
 * What webhooks tell of the events of others: fields by name, so that what services say to each other can change, and nothing is told
 * outside that was not meant to be.
 */
export const feed = {
  ApplicationCreated: tell('application.created', ({ applicationId, jobId, status }) => ({
    application_id: applicationId,
    job_id: jobId,
    status,
  })),
  ApplicationStatusChanged: tell('application.status_changed', ({ applicationId, from, to }) => ({
    application_id: applicationId,
    from,
    to,
  })),
  NextActionDue: tell('application.action_due', ({ applicationId, dueAt, what, jobTitle, companyName }) => ({
    application_id: applicationId,
    due_at: dueAt,
    what,
    job_title: jobTitle,
    company_name: companyName,
  })),
  JobMatched: tell('job.matched', ({ score, reasons, ...job }) => ({ ...jobOf(job), score, reasons })),
  SavedSearchMatched: tell('saved_search.matched', ({ searchId, name, jobs, total }) => ({
    search_id: searchId,
    name,
    jobs: jobs.map(jobOf),
    total,
  })),
} satisfies { [T in keyof Contracts['events']]?: BatchHandler<Contracts, Contracts['events'][T]> };

function tell<Data extends Heard>(
  type: WebhookType,
  dataOf: (data: Data) => Record<string, unknown>,
): (messages: readonly Envelope<Data>[], context: { tx: Parameters<typeof enqueue>[0] }) => Promise<void> {
  return async (messages, { tx }) =>
    await enqueue(
      tx,
      messages.map(({ id, time, data }) =>
        messageOf(type, { id, userId: data.userId, at: time }, dataOf(data)),
      ),
    );
}

function jobOf({ jobId, title, company }: { jobId: number; title: string; company: string }) {
  return { job_id: jobId, title, company_name: company };
}

/** As Standard Webhooks has it: type, time and data, the same bytes at each attempt. */
export function messageOf(
  type: string,
  { id, userId, at }: { id: string; userId: number; at: string },
  data: Record<string, unknown>,
): Message {
  return { id: `msg_${id}`, userId, type, body: JSON.stringify({ type, timestamp: at, data }) };
}
