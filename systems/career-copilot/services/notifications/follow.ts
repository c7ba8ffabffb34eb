import { defineContracts, type Envelope, type EventingDefinition, type HandlerContext } from '@banyan/events';
import { hearOfRow, type Telling, tellOf } from '@banyan/notifications';
import type { CHOSEN_KINDS } from '../../api/notifications.ts';
import { contracts as applications } from '../../contracts/applications.ts';
import { contracts as auth } from '../../contracts/auth.ts';
import { contracts as integrations } from '../../contracts/integrations.ts';
import { contracts as jobs } from '../../contracts/jobs.ts';
import { contracts as own } from '../../contracts/notifications.ts';
import { hearOfActivity } from '../../kit/account-activity.ts';

const { ApplicationStatusChanged, NextActionDue } = applications.events;
const { JobMatched, SavedSearchMatched } = jobs.events;
const { WebhookEndpointDisabled, ConnectionLost, MailRecognized } = integrations.events;
const { UserRegistered, UserVerified, UserSuspended, UserReinstated, UserDeleted } = auth.events;

/** What notifications says and hears. */
export const contracts = defineContracts({
  ...own,
  events: {
    ...own.events,
    ApplicationStatusChanged,
    NextActionDue,
    JobMatched,
    SavedSearchMatched,
    WebhookEndpointDisabled,
    ConnectionLost,
    MailRecognized,
    UserRegistered,
    UserVerified,
    UserSuspended,
    UserReinstated,
    UserDeleted,
  },
});
type Contracts = typeof contracts;
type Told =
  | 'ApplicationStatusChanged'
  | 'NextActionDue'
  | 'JobMatched'
  | 'SavedSearchMatched'
  | 'WebhookEndpointDisabled'
  | 'ConnectionLost'
  | 'MailRecognized';
type MessageOf<T extends Told> = Envelope<
  Parameters<NonNullable<NonNullable<EventingDefinition<Contracts>['on']>[T]>>[0]['data']
>;

type Fact = { fact: string; kind: (typeof CHOSEN_KINDS)[number]; parameters: Record<string, unknown> };

/** What each event tells whom. Pure. The fact is named by what the event's owner tells once, so that two messages of it are one. */
export const facts: { [T in Told]: (message: MessageOf<T>) => Fact } = {
  ApplicationStatusChanged: ({ id, data: { applicationId, from, to } }) => ({
    fact: `status-changed:${id}`,
    kind: 'status_changed',
    parameters: { applicationId, to, ...(from === undefined ? {} : { from }) },
  }),
  NextActionDue: ({ data }) => ({
    fact: `next-action-due:${data.actionId}:${data.dueAt}`,
    kind: 'next_action_due',
    parameters: {
      applicationId: data.applicationId,
      what: data.what,
      dueAt: data.dueAt,
      job: data.jobTitle,
      company: data.companyName,
    },
  }),
  JobMatched: ({ data: { jobId, title, company, score, reasons } }) => ({
    fact: `job-matched:${jobId}`,
    kind: 'job_matched',
    parameters: { jobId, title, company, score, reasons: reasons.slice(0, 10) },
  }),
  SavedSearchMatched: ({ id, data: { searchId, name, jobs: found, total } }) => ({
    fact: `saved-search-matched:${id}`,
    kind: 'saved_search_matched',
    parameters: { searchId, name, total, jobs: found.map(({ title, company }) => ({ title, company })) },
  }),
  WebhookEndpointDisabled: ({ id, data: { endpointId, host, reason } }) => ({
    fact: `webhook-disabled:${id}`,
    kind: 'webhook_disabled',
    parameters: { endpointId, host, reason },
  }),
  ConnectionLost: ({ id, data: { connectionId, provider } }) => ({
    fact: `connection-lost:${id}`,
    kind: 'connection_lost',
    parameters: { connectionId, provider },
  }),
  MailRecognized: ({ data: { proposalId, kind } }) => ({
    fact: `mail-recognized:${proposalId}`,
    kind: 'mail_recognized',
    parameters: { proposalId, says: kind },
  }),
};

/** Tells people of what other services say. What was there before anybody asked (`recipient`) is no news. */
export function followOthers(host: Telling): NonNullable<EventingDefinition<Contracts>['on']> {
  const { people } = host;
  const told =
    <T extends Told>(type: T) =>
    async (message: MessageOf<T>, context: HandlerContext<Contracts>) => {
      if (message.recipient !== undefined) return;
      const { userId } = message.data;
      const fact = { ...facts[type](message), userId, at: new Date(message.time) };
      await tellOf(host, fact, context);
    };
  return {
    ApplicationStatusChanged: told('ApplicationStatusChanged'),
    NextActionDue: told('NextActionDue'),
    JobMatched: told('JobMatched'),
    SavedSearchMatched: told('SavedSearchMatched'),
    WebhookEndpointDisabled: told('WebhookEndpointDisabled'),
    ConnectionLost: told('ConnectionLost'),
    MailRecognized: told('MailRecognized'),
    NotificationSent: hearOfRow,
    ...hearOfActivity,
    UserRegistered: async ({ data: { userId, email, fullName: name, awaitsConfirmation } }, { tx }) =>
      await people.remember(tx, { userId, email, name, isConfirmed: !awaitsConfirmation }),
    UserVerified: async ({ data: { userId } }, { tx }) => await people.confirmEmail(tx, userId),
    UserDeleted: async (message, context) => {
      await hearOfActivity.UserDeleted(message, context);
      await people.forget(context.tx, message.data.userId);
    },
  };
}
