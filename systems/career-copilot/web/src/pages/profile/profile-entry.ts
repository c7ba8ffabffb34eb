import { type Static, Type } from 'typebox';
import { ProfileChanges } from '../../../../api/users.ts';
import type { ApiForm } from '../../forms/index.ts';

/** The fields that are sent as they are entered; none may be left out, so that an emptied name is missed. */
export const ProfileFields = Type.Required(Type.Omit(ProfileChanges, ['preferences']));

export const JOB_TYPES = ['full_time', 'part_time', 'contract', 'internship'] as const;
export const REMOTE = ['any', 'only', 'preferred', 'no'] as const;
export type Remote = (typeof REMOTE)[number];

/** What somebody looks for, of the preferences, which may hold anything; `salary` in dollars a year. */
type Wishes = { remote: Remote; salary: number | null; jobTypes: string[]; places: string[] };

export type ProfileEntry = {
  full_name: string;
  headline: string;
  location: string;
  phone: string;
  skills: string[];
  wishes: Wishes;
};

export type ProfileFormOf = ApiForm<ProfileEntry, Static<typeof ProfileFields>>;

type ProfileRead = {
  full_name: string;
  headline: string | null;
  location: string | null;
  phone: string | null;
  skills: string[];
  preferences: Record<string, unknown>;
};

/** What the fields of the form show. */
export function entryOf(profile: ProfileRead): ProfileEntry {
  const { full_name, headline, location, phone, skills } = profile;
  return {
    full_name,
    headline: headline ?? '',
    location: location ?? '',
    phone: phone ?? '',
    skills,
    wishes: wishesIn(profile.preferences),
  };
}

/** What is sent of it: fields that are not what they were. Of the preferences what nobody was asked for here stays. */
export function changesOf(profile: ProfileRead, entry: ProfileEntry): Static<typeof ProfileChanges> {
  const { wishes, ...fields } = entry;
  const before = entryOf(profile);
  const changed = Object.entries(fields).filter(
    ([name, value]) => !same(value, before[name as keyof typeof fields]),
  );
  return {
    ...Object.fromEntries(changed.map(([name, value]) => [name, value === '' ? null : value])),
    ...(same(wishes, before.wishes) ? {} : { preferences: preferencesWith(profile.preferences, wishes) }),
  };
}

/** What takes a change back: each field as it was. */
export function undoOf(
  profile: ProfileRead,
  changes: Static<typeof ProfileChanges>,
): Static<typeof ProfileChanges> {
  return Object.fromEntries(Object.keys(changes).map((name) => [name, profile[name as keyof ProfileRead]]));
}

/** What the matching keeps of its own; null and nothing: it goes by the profile. */
type MatchSettings = {
  places: string[];
  remote: 'only' | 'welcome' | 'no' | null;
  least_salary: number | null;
};

/** The profile with what matching has been told besides, which counts more there. */
export function withSettings<P extends ProfileRead>(profile: P, settings: MatchSettings | undefined): P {
  if (settings === undefined) return profile;
  const { places, remote, least_salary } = settings;
  return {
    ...profile,
    preferences: {
      ...profile.preferences,
      ...(places.length > 0 && { places }),
      ...(remote !== null && { remote: remote === 'welcome' ? 'preferred' : remote }),
      ...(least_salary !== null && { desired_salary: least_salary }),
    },
  };
}

/** What the matching is told of wishes that have changed. */
export function settingsOf({ places, remote, salary }: Wishes): MatchSettings {
  const ofMatching = { any: null, only: 'only', preferred: 'welcome', no: 'no' } as const;
  return {
    places: places.slice(0, MOST_PLACES),
    remote: ofMatching[remote],
    least_salary: salary === null || Number.isNaN(salary) ? null : Math.round(salary),
  };
}

/** As many as matching takes. */
export const MOST_PLACES = 10;

/** The parts of a profile that others decide by, in the order of their weight, and whether each is there. */
export function partsOf({ headline, location, phone, skills, wishes }: ProfileEntry) {
  return [
    { part: 'headline', isThere: headline !== '' },
    { part: 'skills', isThere: skills.length >= ENOUGH_SKILLS },
    { part: 'location', isThere: location !== '' },
    { part: 'wishes', isThere: wishes.salary !== null || wishes.remote !== 'any' },
    { part: 'phone', isThere: phone !== '' },
  ] as const;
}

/** By so many a match can be told from a chance. */
const ENOUGH_SKILLS = 5;

function wishesIn({ remote, desired_salary, job_types, places }: Record<string, unknown>): Wishes {
  return {
    remote: remote === true ? 'preferred' : REMOTE.includes(remote as Remote) ? (remote as Remote) : 'any',
    salary: typeof desired_salary === 'number' && desired_salary > 0 ? desired_salary : null,
    jobTypes: textsIn(job_types).filter((type) => (JOB_TYPES as readonly string[]).includes(type)),
    places: textsIn(places),
  };
}

function preferencesWith(
  preferences: Record<string, unknown>,
  { remote, salary, jobTypes, places }: Wishes,
): Record<string, unknown> {
  return {
    ...preferences,
    remote: remote === 'any' ? null : remote,
    // An emptied field of a number holds NaN.
    desired_salary: salary === null || Number.isNaN(salary) ? null : salary,
    job_types: jobTypes,
    places,
  };
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
