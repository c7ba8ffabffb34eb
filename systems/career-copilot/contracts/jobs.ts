/** What the jobs service says to the others. What it answers to clients is in api/jobs.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { SYSTEM, text } from './common.ts';

/** What events of a company and of its jobs have in common: they keep their order among those of the same company. */
const ofCompany = (summary: string) => ({ service: 'jobs', summary, version: 1, key: 'companyId' }) as const;
const CompanyId = Type.Integer();
const OfJob = { jobId: Type.Integer(), companyId: CompanyId };
const changed = (fields: string) =>
  Type.Array(Type.String(), { minItems: 1, description: `The fields: ${fields}` });

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
  },
});
