import { defineContracts, type Envelope, type EventingDefinition, type HandlerContext } from '@banyan/events';
import { contracts as own } from '../../contracts/analytics.ts';
import { contracts as applications } from '../../contracts/applications.ts';
import { contracts as auth } from '../../contracts/auth.ts';
import { contracts as jobs } from '../../contracts/jobs.ts';
import { hearOfActivity } from '../../kit/account-activity.ts';
import {
  type Career,
  created,
  forgotten,
  irregular,
  known,
  moved,
  NOBODY,
  registered,
  removed,
  type Step,
  sourceSet,
} from './careers/career.ts';
import { forgetPerson } from './forget-person.ts';
import { noteHeard } from './overview/heard.ts';
import type { Documents } from './store/documents.ts';

/** What analytics says and hears. */
export const contracts = defineContracts({
  system: own.system,
  events: { ...own.events, ...applications.events, ...auth.events, ...jobs.events },
});

type Definition = EventingDefinition<typeof contracts>;
type About = Envelope & { data: object };
type Context = HandlerContext<typeof contracts>;

export type Job = { companyId: number; title: string };
export type Company = { name: string };

/** Keeps the documents by what others tell, what was there before among it. */
export function hear(documents: Documents): Pick<Definition, 'on' | 'backfill' | 'batch'> {
  const career = async (
    { id: event }: Pick<About, 'id'>,
    userId: number,
    { tx }: Context,
    fold: (before: Career) => Career,
  ) => {
    await documents.change<Career>({ kind: 'careers', id: userId, event, tx }, (before = NOBODY) =>
      fold(before),
    );
  };
  const ofJob = async (
    { id: event, data: { jobId, companyId, title } }: Pick<About, 'id'> & { data: Job & { jobId: number } },
    { tx }: Context,
  ) => {
    await documents.change<Job>({ kind: 'jobs', id: jobId, event, tx }, () => ({ companyId, title }));
  };
  const ofCompany = async (
    { id: event, data: { companyId, name } }: Pick<About, 'id'> & { data: Company & { companyId: number } },
    { tx }: Context,
  ) => {
    await documents.change<Company>({ kind: 'companies', id: companyId, event, tx }, () => ({ name }));
  };
  return {
    backfill: ['applications', 'auth', 'jobs'],
    // No more than a document remembers: all of them come again when one fails.
    batch: 64,
    on: {
      ...hearOfActivity,
      UserRegistered: (message, context) =>
        career(message, message.data.userId, context, (before) =>
          registered(before, message.data.registeredAt),
        ),
      UserDeleted: async (message, context) => {
        await hearOfActivity.UserDeleted(message, context);
        await career(message, message.data.userId, context, forgotten);
        await forgetPerson(context.tx, message.data.userId);
      },
      // One that is told to this service alone, since it has asked, was there already.
      ApplicationCreated: (message, context) =>
        career(message, message.data.userId, context, (before) =>
          (message.recipient === undefined ? created : known)(before, message.data, message.time),
        ),
      ApplicationStatusChanged: (message, context) =>
        career(message, message.data.userId, context, (before) => moved(before, message.data, message.time)),
      ApplicationIrregular: (message, context) =>
        career(message, message.data.userId, context, (before) =>
          irregular(before, message.data, message.time),
        ),
      ApplicationSourceSet: (message, context) =>
        career(message, message.data.userId, context, (before) => sourceSet(before, message.data)),
      ApplicationRemoved: (message, context) =>
        career(message, message.data.userId, context, (before) => removed(before, message.data)),
      ApplicationStepKnown: async ({ id: event, data: { applicationId, to, at } }, { tx }) => {
        await documents.change<{ steps: Step[] }>(
          { kind: 'past_steps', id: applicationId, event, tx },
          (before) => ({ steps: [...(before?.steps ?? []), { to, at }] }),
        );
      },
      MetricCalculated: async ({ data }, { tx }) => noteHeard(tx, data.calculatedAt),
      JobPosted: ofJob,
      JobUpdated: ofJob,
      CompanyAdded: ofCompany,
      CompanyUpdated: ofCompany,
    },
  };
}
