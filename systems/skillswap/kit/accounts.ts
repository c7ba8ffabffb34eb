import type { PrivacySettings } from '../api/users.ts';

/** What somebody shows who has chosen nothing. */
export const DEFAULT_PRIVACY: PrivacySettings = {
  profileVisibility: 'PUBLIC',
  showEmail: false,
  showCity: true,
};

/** As an address is kept and looked for. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
