import { type Static, Type } from 'typebox';
import { Nullable, Timestamp } from './common.ts';
import { ForWhom, Job, JobQuery, Nearness } from './jobs.ts';

/** What of this file the monolith never had: all of it. */

const { page: _page, limit: _limit, ...filters } = JobQuery.properties;
/** As a search has them: words in any of their forms and synonyms, the filters of the list, how far from a place, and for whom. */
export const Criteria = Type.Object({ ...filters, ...Nearness, ...ForWhom });
export type Criteria = Static<typeof Criteria>;

/** How often somebody wants to hear of what a saved search finds. */
const FREQUENCIES = ['instant', 'daily', 'weekly'] as const;
export type Frequency = (typeof FREQUENCIES)[number];
export const Frequency = Type.Unsafe<Frequency>({ type: 'string', enum: [...FREQUENCIES] });

const Name = Type.String({ minLength: 1, maxLength: 100 });

export const NewSavedSearch = Type.Object({
  name: Name,
  criteria: Criteria,
  frequency: Type.Optional(Frequency),
});
export type NewSavedSearch = Static<typeof NewSavedSearch>;

export const SavedSearchChanges = Type.Object({
  name: Type.Optional(Name),
  criteria: Type.Optional(Criteria),
  frequency: Type.Optional(Frequency),
  active: Type.Optional(Type.Boolean({ description: 'false: it rests, and finds nothing.' })),
});
export type SavedSearchChanges = Static<typeof SavedSearchChanges>;

export const SavedSearch = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  criteria: Criteria,
  frequency: Frequency,
  active: Type.Boolean(),
  found: Type.Integer({ description: 'Jobs that it has found so far.' }),
  told_at: Nullable<Date>(Timestamp),
  created_at: Timestamp,
});
export type SavedSearch = Static<typeof SavedSearch>;

export const FoundBySearch = Type.Object({
  jobs: Type.Array(Type.Object({ found_at: Timestamp, is_active: Type.Boolean(), job: Job })),
});
