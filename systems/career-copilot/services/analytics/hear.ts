import { noteHeard, personalTables } from '@banyan/analytics';
import { defineContracts, type Envelope, type EventingDefinition, type HandlerContext } from '@banyan/events';
import { eraseTables } from '@banyan/service';
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
import type { Documents } from './documents.ts';

/** What analytics says and hears. */
export const contracts = defineContracts({
  system: own.system,
  events: { ...own.events, ...applications.events, ...auth.events, ...jobs.events },
});

/** Who is asked what there was before. */
export const ASKED = ['applications', 'auth', 'jobs'] as const;

type Definition = EventingDefinition<typeof contracts>;
type About = Envelope & { data: object };
type Context = HandlerContext<typeof contracts>;

export type Job = { companyId: number; title: string };
export type Company = { name: string };

/** Keeps the documents by what others tell, what was there before among it. */
export function hear(documents: Documents): Pick<Definition, 'on' | 'onBatch' | 'backfill' | 'batch'> {
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
  /** Of those that come in great numbers when this service is told what there was before. */
  const careers = async <M extends { id: string; data: { userId: number } }>(
    messages: readonly M[],
    { tx }: Context,
    fold: (message: M, before: Career) => Career,
  ) => {
    const changes = messages.map((message) => ({
      id: message.data.userId,
      event: message.id,
      fold: (before: Career = NOBODY) => fold(message, before),
    }));
    await documents.changeMany<Career>({ kind: 'careers', tx }, changes);
  };
  const ofJobs = async (
    messages: readonly (Pick<About, 'id'> & { data: Job & { jobId: number } })[],
    { tx }: Context,
  ) => {
    const changes = messages.map(({ id: event, data: { jobId: id, companyId, title } }) => ({
      id,
      event,
      fold: () => ({ companyId, title }),
    }));
    await documents.changeMany<Job>({ kind: 'jobs', tx }, changes);
  };
  const ofCompanies = async (
    messages: readonly (Pick<About, 'id'> & { data: Company & { companyId: number } })[],
    { tx }: Context,
  ) => {
    const changes = messages.map(({ id: event, data: { companyId: id, name } }) => ({
      id,
      event,
      fold: () => ({ name }),
    }));
    await documents.changeMany<Company>({ kind: 'companies', tx }, changes);
  };
  return {
    backfill: ASKED,
    // No more than a document remembers: all of them come again when one fails.
    batch: 64,
    on: {
      ...hearOfActivity,
      UserDeleted: async (message, context) => {
        await hearOfActivity.UserDeleted(message, context);
        await career(message, message.data.userId, context, forgotten);
        const person = String(message.data.userId);
        await eraseTables(context.tx, personalTables, { person, isBrought: false });
      },
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
      MetricCalculated: async ({ data }, { tx }) => noteHeard(tx, data.calculatedAt),
    },
    onBatch: {
      UserRegistered: (messages, context) =>
        careers(messages, context, ({ data }, before) => registered(before, data.registeredAt)),
      // One that is told to this service alone, since it has asked, was there already.
      ApplicationCreated: (messages, context) =>
        careers(messages, context, ({ recipient, data, time }, before) =>
          (recipient === undefined ? created : known)(before, data, time),
        ),
      ApplicationStepKnown: async (messages, { tx }) => {
        const changes = messages.map(({ id: event, data: { applicationId: id, to, at } }) => ({
          id,
          event,
          fold: (before?: { steps: Step[] }) => ({ steps: withStep(before?.steps ?? [], { to, at }) }),
        }));
        await documents.changeMany<{ steps: Step[] }>({ kind: 'past_steps', tx }, changes);
      },
      JobPosted: ofJobs,
      JobUpdated: ofJobs,
      CompanyAdded: ofCompanies,
      CompanyUpdated: ofCompanies,
    },
  };
}

/** Of a new copy each is told once more. */
function withStep(steps: Step[], told: Step): Step[] {
  return steps.some(({ to, at }) => to === told.to && at === told.at) ? steps : [...steps, told];
}
