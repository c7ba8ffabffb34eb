/** What the jobs service says to the others. What it answers to clients is in api/jobs.ts. */
import { defineContracts, event } from '@banyan/events';
import { type Static, Type } from 'typebox';
import { Frequency } from '../api/saved-searches.ts';
import { ofUser, SYSTEM, text, UserId } from './common.ts';

/** What events of a company and of its jobs have in common: they keep their order among those of the same company. */
const ofCompany = (summary: string) => ({ service: 'jobs', summary, version: 1, key: 'companyId' }) as const;
const CompanyId = Type.Integer();
const OfJob = { jobId: Type.Integer(), companyId: CompanyId };
const changed = (fields: string) =>
  Type.Array(Type.String(), { minItems: 1, description: `The fields: ${fields}` });

/** A job as those are told of it who have not seen it yet. */
const FoundJob = Type.Object({
  ...OfJob,
  title: text('What is looked for.'),
  company: text('As it calls itself.'),
});
export type FoundJob = Static<typeof FoundJob>;
/** Jobs that one SavedSearchMatched names at most. */
export const MOST_NAMED = 20;

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    CompanyAdded: event({
      ...ofCompany('A company is known that was not.'),
      data: Type.Object({ companyId: CompanyId, name: text('As it calls itself.') }),
    }),
    CompanyUpdated: event({
      ...ofCompany('Something of a company is otherwise.'),
      data: Type.Object({
        companyId: CompanyId,
        name: text('As it calls itself now.'),
        changed: changed('name, industry, website, location, size'),
      }),
    }),
    JobPosted: event({
      ...ofCompany('A job is open: a new one, or one that was closed.'),
      data: Type.Object({ ...OfJob, title: text('What is looked for.') }),
    }),
    JobUpdated: event({
      ...ofCompany('Something of an open job is otherwise.'),
      data: Type.Object({
        ...OfJob,
        title: text('What is looked for now.'),
        changed: changed('title, description, location, salary, requirements, ...'),
      }),
    }),
    JobClosed: event({
      ...ofCompany('Nobody can apply for a job any more.'),
      data: Type.Object({ ...OfJob, title: text('What was looked for.') }),
    }),
    SavedSearchMatched: event({
      ...ofUser(
        'jobs',
        'Jobs were posted that a saved search finds: of an instant search each at once, of another all since it was told last. Of one search each job is told once.',
      ),
      data: Type.Object({
        userId: UserId,
        searchId: Type.Integer(),
        name: text('As its owner calls the search. Personal.'),
        frequency: Frequency,
        jobs: Type.Array(FoundJob, {
          minItems: 1,
          maxItems: MOST_NAMED,
          description: 'The latest first.',
        }),
        total: Type.Integer({
          minimum: 1,
          description: 'How many there are, also those that are not named.',
        }),
      }),
    }),
    JobMatched: event({
      ...ofUser(
        'jobs',
        'A job was posted that fits somebody who has asked to be told of such. Of one job each person is told once.',
      ),
      data: Type.Object({
        userId: UserId,
        ...FoundJob.properties,
        score: Type.Integer({ minimum: 0, maximum: 100, description: 'How well it fits, in points.' }),
        reasons: Type.Array(Type.String(), {
          description: 'Where the points come from, in English, most points first.',
        }),
      }),
    }),
  },
});
