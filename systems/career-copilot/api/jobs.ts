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

/** How far from a place jobs may be, km. */
export const DISTANCE = { least: 1, most: 1_000, usual: 50 } as const;

/** What the monolith never had: jobs by how far they are. */
export const Nearness = {
  near: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description:
        'A place by its name (`Springfield, MO`), or its latitude and longitude in degrees (`52.52,13.405`). Found are jobs with a place around it.',
    }),
  ),
  within: Type.Optional(
    Type.Integer({
      minimum: DISTANCE.least,
      maximum: DISTANCE.most,
      description: `How far from there, in kilometres along the great circle; ${DISTANCE.usual} if it is not said.`,
    }),
  ),
  or_remote: Type.Optional(
    Type.Boolean({ description: 'Remote jobs are found as well, wherever they are.' }),
  ),
};

/** How far somebody has come in a profession, from who learns it to who leads those who lead. */
export const SENIORITIES = ['trainee', 'junior', 'mid-level', 'senior', 'lead', 'head'] as const;
/** `unstated`: neither the title nor the text of a job says it. */
const LEVELS = [...SENIORITIES, 'unstated'] as const;
export type Level = (typeof LEVELS)[number];

/** What the monolith never had: jobs by whom they are for. */
export const ForWhom = {
  seniority: Type.Optional(
    Type.Unsafe<Level>({
      type: 'string',
      enum: [...LEVELS],
      description:
        'As the title names it, or else the years of experience that the description asks for; `unstated`: jobs that say neither.',
    }),
  ),
};

/** In which order jobs are shown. */
const ORDERS = ['relevance', 'newest', 'salary', 'distance'] as const;
export type JobOrder = (typeof ORDERS)[number];

/** What the monolith never had: jobs by how well they fit what is looked for. */
export const JobSearchQuery = Type.Object({
  ...JobQuery.properties,
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Needed without `near`, `seniority` and `sort`.',
    }),
  ),
  ...Nearness,
  ...ForWhom,
  sort: Type.Optional(
    Type.Unsafe<JobOrder>({
      type: 'string',
      enum: [...ORDERS],
      description:
        'relevance: as they fit the words, and without words the newest first. salary: the highest that is offered first, those that say none last. distance: needs `near`.',
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'The `next_cursor` of the page before; `page` does not count then. Jobs that came since do not shift what follows.',
    }),
  ),
});
const FacetValue = Type.Object({ value: Type.String(), count: Type.Integer() });
const Facet = Type.Array(FacetValue);
export const JobSearchAnswer = Type.Object({
  jobs: Type.Array(
    Type.Object({
      ...Job.properties,
      highlights: Type.Object({
        title: Type.String({ description: 'HTML: the words that were found are in <mark>.' }),
        description: Type.String({ description: 'HTML: the passages around the words that were found.' }),
      }),
      distance_km: Type.Optional(
        Nullable<number>(
          Type.Number({
            description: 'With `near`: to the nearest of its places; null: none of them is known.',
          }),
        ),
      ),
    }),
  ),
  total_count: Type.Integer(),
  page: Type.Integer(),
  limit: Type.Integer(),
  total_pages: Type.Integer({ description: 'That can be asked for: of many jobs the best five hundred.' }),
  counts: Type.Unsafe<'exact' | 'estimated'>({
    type: 'string',
    enum: ['exact', 'estimated'],
    description:
      'estimated: of many jobs `total_count` and `facets` are reckoned from a sample of one in sixteen.',
  }),
  next_cursor: Nullable<string>(Type.String({ description: 'For the next page; null after the last one.' })),
  near: Type.Optional(
    Type.Object(
      {
        name: Nullable<string>(Type.String({ description: 'Null: it was asked for by its coordinates.' })),
        country: Nullable<string>(Type.String({ description: 'By ISO 3166.' })),
        latitude: Type.Number(),
        longitude: Type.Number(),
        within: Type.Integer(),
        left_out: Type.Integer({
          description:
            'Jobs that fit but for their distance, which is not known: they name no place, or none that is known. Of many, reckoned from a sample.',
        }),
      },
      { description: 'With `near`: the place that it was taken for.' },
    ),
  ),
  matched: Type.Unsafe<'words' | 'similar'>({
    type: 'string',
    enum: ['words', 'similar'],
    description: 'similar: no job has these words, and what is shown has words that are written like them.',
  }),
  facets: Type.Object({
    job_type: Facet,
    remote: Facet,
    location: Facet,
    seniority: Facet,
    company: Type.Array(Type.Object({ id: Type.Integer(), ...FacetValue.properties })),
  }),
});

/** What the monolith never had: places that a search can be near. */
export const PlacesQuery = Type.Object({
  q: Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'How the name begins; a country or region may stand behind it.',
  }),
  limit: Type.Integer({ minimum: 1, maximum: 20, default: 8 }),
});
export const Places = Type.Object({
  places: Type.Array(
    Type.Object({
      near: Type.String({ description: 'What a search takes as `near`.' }),
      name: Type.String(),
      region: Nullable<string>(
        Type.String({ description: 'Of those countries whose places are told apart by it: `MO`.' }),
      ),
      country: Type.String({ description: 'By ISO 3166.' }),
      latitude: Type.Number(),
      longitude: Type.Number(),
    }),
    { description: 'Those with most people first.' },
  ),
});
export type Places = Static<typeof Places>;

/** What the monolith never had: where a job is offered, in the words of each source. */
export const JobPosting = Type.Object({
  source: Type.String({
    description:
      'Who offers it, to be named where the posting is shown: `Remotive`, or a company’s own board.',
  }),
  url: Type.String({ description: 'Where it is read and applied for, to be linked to.' }),
  description: Type.String({ description: 'HTML that is safe to show.' }),
  salary: Nullable<JobSalary>(
    Type.Object({
      min: Nullable<number>(Type.Number()),
      max: Nullable<number>(Type.Number()),
      currency: Nullable<string>(Type.String({ description: 'By ISO 4217.' })),
      period: Nullable<string>(Type.String({ enum: ['hour', 'day', 'week', 'month', 'year', null] })),
      text: Nullable<string>(Type.String({ description: 'In the source’s own words.' })),
    }),
  ),
  first_seen_at: Timestamp,
  expires_at: Nullable<Date>(Timestamp),
  gone_at: Nullable<Date>(
    Type.Unsafe({ ...Timestamp, description: 'Since when the source has it no more.' }),
  ),
});
type JobSalary = {
  min: number | null;
  max: number | null;
  currency: string | null;
  period: string | null;
  text: string | null;
};
export const JobPostings = Type.Object({ postings: Type.Array(JobPosting) });

export type JobPosting = Static<typeof JobPosting>;
export type Job = Static<typeof Job>;
export type JobDetails = Static<typeof JobDetails>;
export type Company = Static<typeof Company>;
export type JobQuery = Static<typeof JobQuery>;
export type JobSearchQuery = Static<typeof JobSearchQuery>;
export type JobSearchAnswer = Static<typeof JobSearchAnswer>;
