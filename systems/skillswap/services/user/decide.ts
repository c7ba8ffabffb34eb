import type { PrivacySettings, User } from '../../api/users.ts';
import { DEFAULT_PRIVACY } from '../../kit/accounts.ts';

/** What of a row others are told about when it changes, by the name of the field. */
export const TOLD = {
  fullName: ['first_name', 'last_name'],
  bio: ['bio'],
  profilePictureUrl: ['profile_picture_url'],
  timeZone: ['time_zone'],
  privacySettings: ['privacy_settings'],
} as const satisfies Record<string, readonly (keyof UserRow)[]>;

/** The columns of `users` by which it is told what happened. */
export type UserRow = {
  id: string;
  email: string;
  first_name: string;
  last_name: string | null;
  bio: string | null;
  profile_picture_url: string | null;
  time_zone: string;
  role: string;
  status: string;
  verified: boolean;
  privacy_settings: Partial<PrivacySettings>;
  created_at: Date;
};

export function privacyOf(chosen: Partial<PrivacySettings>): PrivacySettings {
  return { ...DEFAULT_PRIVACY, ...chosen };
}

/** What a viewer who is neither its owner nor an administrator may see of a user; undefined: not even that they are there. */
export function visibleTo(
  viewer: { haveMet: boolean },
  user: User,
  { profileVisibility, showEmail }: PrivacySettings,
): User | undefined {
  const isHidden = profileVisibility === 'PRIVATE' && !viewer.haveMet;
  if (isHidden || user.status !== 'ACTIVE') return undefined;
  return { ...user, email: showEmail ? user.email : null };
}
