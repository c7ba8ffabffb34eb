import { splitName } from '@banyan/service';
import type { ProfileChanges, PublicProfile } from '../../api/users.ts';

/** The columns that a change of the public API sets. Fields left out set none. */
export function columnsOf({ full_name: fullName, ...changes }: ProfileChanges): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  if (fullName !== undefined) {
    const { firstName, lastName } = splitName(fullName);
    columns.first_name = firstName;
    columns.last_name = lastName;
  }
  for (const column of ['phone', 'location', 'headline', 'skills', 'preferences'] as const) {
    if (changes[column] !== undefined) columns[column] = changes[column];
  }
  return columns;
}

/** Columns as events name them: `first_name` is `firstName`. */
export const fieldsOf = (columns: readonly string[]) =>
  columns.map((column) => column.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase()));

export type PrivacySettings = {
  /** `private`: only its owner and administrators see it at all. */
  profile_visibility: 'members' | 'private';
  show_headline: boolean;
  show_location: boolean;
  show_skills: boolean;
};

/** As everybody's profile was before there were settings. */
export const OPEN: PrivacySettings = {
  profile_visibility: 'members',
  show_headline: true,
  show_location: true,
  show_skills: true,
};

/** What a viewer may see of a profile; undefined: not even that it is there. */
export function visibleTo(
  viewer: { id: number; role: string },
  profile: PublicProfile,
  settings: Partial<PrivacySettings>,
): PublicProfile | undefined {
  if (viewer.id === profile.id || viewer.role === 'admin') return profile;
  const chosen = { ...OPEN, ...settings };
  if (chosen.profile_visibility === 'private') return undefined;
  return {
    ...profile,
    headline: chosen.show_headline ? profile.headline : null,
    location: chosen.show_location ? profile.location : null,
    skills: chosen.show_skills ? profile.skills : [],
  };
}

/**
 * A deleted person's profile. The row stays because rows of the legacy system refer to its id; all that tells who it was
 * goes.
 */
export const ANONYMOUS = {
  first_name: 'Deleted',
  last_name: 'user',
  phone: null,
  location: null,
  headline: null,
  skills: [],
  preferences: {},
  privacy_settings: { profile_visibility: 'private' },
  profile_picture_url: null,
};
