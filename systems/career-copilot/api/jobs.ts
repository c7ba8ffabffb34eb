import { type Static, Type } from 'typebox';
import { INTEGER, Nullable, Paging, Timestamp } from './common.ts';

export const Job = Type.Object({
  id: Type.Integer(),
  company: Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    industry: Nullable<string>(Type.String()),
  }),
  title: Type.String(),
  location: Nullable<string>(Type.String()),
  job_type: Type.String(),
  remote: Type.Boolean(),
  salary_min: Nullable<number>(Type.Integer()),
  salary_max: Nullable<number>(Type.Integer()),
  requirements: Type.Array(Type.String()),
  posted_at: Timestamp,
});
export const JobDetails = Type.Object({
  ...Job.properties,
  description: Type.String(),
  is_active: Type.Boolean(),
});

export const Company = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  industry: Nullable<string>(Type.String()),
  website: Nullable<string>(Type.String()),
  location: Nullable<string>(Type.String()),
  size: Nullable<string>(Type.String()),
  open_jobs: Type.Integer(),
});

export const JobQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 200 })),
  location: Type.Optional(Type.String({ maxLength: 100 })),
  job_type: Type.Optional(Type.String({ maxLength: 20 })),
  remote: Type.Optional(Type.Boolean()),
  company_id: Type.Optional(Type.Integer(INTEGER)),
  min_salary: Type.Optional(Type.Integer({ ...INTEGER, minimum: 0 })),
  ...Paging,
});

/** What the monolith never had: jobs by how well they fit what is looked for. */
export const JobSearchQuery = Type.Object({
  ...JobQuery.properties,
  q: Type.String({ minLength: 1, maxLength: 200 }),
});
const Facet = Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }));
export const JobSearchAnswer = Type.Object({
  jobs: Type.Array(
    Type.Object({
      ...Job.properties,
      highlights: Type.Object({
        title: Type.String({ description: 'HTML: the words that were found are in <mark>.' }),
        description: Type.String({ description: 'HTML: the passages around the words that were found.' }),
      }),
    }),
  ),
  total_count: Type.Integer(),
  page: Type.Integer(),
  limit: Type.Integer(),
  total_pages: Type.Integer(),
  matched: Type.Unsafe<'words' | 'similar'>({
    type: 'string',
    enum: ['words', 'similar'],
    description: 'similar: no job has these words, and what is shown has titles that are written like them.',
  }),
  facets: Type.Object({ job_type: Facet, remote: Facet, location: Facet, company: Facet }),
});

export type Job = Static<typeof Job>;
export type JobDetails = Static<typeof JobDetails>;
export type Company = Static<typeof Company>;
export type JobQuery = Static<typeof JobQuery>;
export type JobSearchQuery = Static<typeof JobSearchQuery>;
export type JobSearchAnswer = Static<typeof JobSearchAnswer>;
