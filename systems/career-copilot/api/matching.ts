import { type Static, Type } from 'typebox';
import { INTEGER, Nullable, Timestamp } from './common.ts';
import { Job, SENIORITIES } from './jobs.ts';

/** What of this file the monolith never had: all of it. */

const Wish = Type.Unsafe<'only' | 'welcome' | 'no' | null>({
  type: ['string', 'null'],
  enum: ['only', 'welcome', 'no', null],
  description: 'Of remote work; null: not said.',
});
const Names = (most: number) => Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: most });
const Salary = Nullable<number>(
  Type.Integer({ minimum: 0, maximum: INTEGER.maximum, description: 'In dollars a year.' }),
);

/** What somebody may say of themselves to see what fits, without any of it being kept. */
export const MatchProfile = Type.Object({
  skills: Type.Optional(Names(200)),
  titles: Type.Optional(Names(20)),
  places: Type.Optional(Names(10)),
  remote: Type.Optional(Wish),
  least_salary: Type.Optional(Salary),
});
export type MatchProfile = Static<typeof MatchProfile>;

/** What matching reads of a résumé in the JSON Resume form. */
export const MatchResume = Type.Object({
  basics: Type.Optional(
    Type.Object({
      label: Type.Optional(Type.String({ maxLength: 500 })),
      summary: Type.Optional(Type.String({ maxLength: 20_000 })),
      location: Type.Optional(Type.Object({ city: Type.Optional(Type.String({ maxLength: 255 })) })),
    }),
  ),
  work: Type.Optional(
    Type.Array(
      Type.Object({
        position: Type.Optional(Type.String({ maxLength: 500 })),
        summary: Type.Optional(Type.String({ maxLength: 20_000 })),
        highlights: Type.Optional(Type.Array(Type.String({ maxLength: 5_000 }), { maxItems: 100 })),
      }),
      { maxItems: 100 },
    ),
  ),
  skills: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.Optional(Type.String({ maxLength: 200 })),
        keywords: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 })),
      }),
      { maxItems: 200 },
    ),
  ),
});
export type MatchResume = Static<typeof MatchResume>;

export const MatchRequest = Type.Object({
  profile: Type.Optional(MatchProfile),
  resume: Type.Optional(MatchResume),
});

const MOST_MATCHES = 50;
export const MatchQuery = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: MOST_MATCHES, default: 20 }),
  remote: Type.Optional(Type.Boolean({ description: 'true: remote ones only.' })),
  least_score: Type.Integer({ minimum: 0, maximum: 100, default: 0 }),
});

const REASONS = [
  'skills',
  'skills_unstated',
  'skills_unknown',
  'title_shared',
  'title_other',
  'title_unknown',
  'level_same',
  'level_other',
  'level_unstated',
  'level_unknown',
  'remote',
  'remote_unwanted',
  'not_remote',
  'place_wanted',
  'place_other',
  'place_unstated',
  'place_unknown',
  'salary_enough',
  'salary_less',
  'salary_unstated',
  'salary_unknown',
  'posted',
] as const;
const OfLevel = Type.Unsafe<(typeof SENIORITIES)[number]>({ type: 'string', enum: [...SENIORITIES] });
const Skills = Type.Array(Type.String());
const Reason = Type.Object({
  is: Type.Unsafe<(typeof REASONS)[number]>({
    type: 'string',
    enum: [...REASONS],
    description: '`_unstated`: the posting does not say it; `_unknown`: its reader has not said it.',
  }),
  have: Type.Optional(Skills),
  missing: Type.Optional(Skills),
  words: Type.Optional(Type.Array(Type.String({ description: 'Of both titles.' }))),
  asked: Type.Optional(OfLevel),
  yours: Type.Optional(OfLevel),
  offered: Type.Optional(Type.Integer({ description: 'In dollars a year.' })),
  wanted: Type.Optional(Type.Integer({ description: 'In dollars a year, at least.' })),
  days: Type.Optional(Type.Integer({ description: 'Since it was posted.' })),
});
export type Reason = Static<typeof Reason>;
const Point = Type.Object({
  part: Type.String({ description: 'skills, title, seniority, place, salary or freshness.' }),
  points: Type.Number(),
  of: Type.Number({ description: 'As many as there can be.' }),
  because: Type.String({ description: 'In English: `4 of 6 skills: SQL, ...; missing: ...`.' }),
  reason: Reason,
});
export const Matches = Type.Object({
  matches: Type.Array(
    Type.Object({
      job: Job,
      score: Type.Integer({ minimum: 0, maximum: 100 }),
      points: Type.Array(Point),
      outcome: Nullable<string>(Type.String({ description: 'accepted, if they said so or applied.' })),
    }),
  ),
  considered: Type.Integer({ description: 'Open jobs that were looked at.' }),
  weights: Type.Unsafe<'fixed' | 'learned'>({ type: 'string', enum: ['fixed', 'learned'] }),
  known: Type.Object({
    skills: Type.Array(Type.String()),
    titles: Type.Array(Type.String()),
    places: Type.Array(Type.String()),
    seniority: Nullable<string>(Type.String()),
    remote: Wish,
    least_salary: Salary,
  }),
});
export type Matches = Static<typeof Matches>;

/** How well one job fits, whether it is among the best or not. */
export const JobMatch = Type.Object({
  score: Type.Integer({ minimum: 0, maximum: 100 }),
  points: Type.Array(Point),
});
export type JobMatch = Static<typeof JobMatch>;

export const Verdict = Type.Object({
  outcome: Type.Unsafe<'accepted' | 'rejected'>({
    type: 'string',
    enum: ['accepted', 'rejected'],
    description: 'rejected: not shown as a match any more.',
  }),
});

/** What somebody wants of matches; what is not here comes from their profile. */
export const MatchSettings = Type.Object({
  notify: Type.Boolean({ description: 'Tell me when a job is posted that fits.' }),
  threshold: Type.Integer({ minimum: 0, maximum: 100, description: 'From so many points on.' }),
  titles: Names(20),
  places: Names(10),
  remote: Wish,
  least_salary: Salary,
});
export type MatchSettings = Static<typeof MatchSettings>;

export const LearnedWeights = Type.Object({
  used: Type.Boolean({ description: 'Whether matches are ranked by these.' }),
  learned_at: Timestamp,
  weights: Type.Record(Type.String(), Type.Number()),
  measured: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
});
