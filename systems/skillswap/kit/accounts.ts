import { isTooLongForBcrypt } from '@banyan/monolith/api';
import type { PrivacySettings } from '../api/users.ts';
import { ApiError } from './problems.ts';

/** What somebody shows who has chosen nothing. */
export const DEFAULT_PRIVACY: PrivacySettings = {
  profileVisibility: 'PUBLIC',
  showEmail: false,
  showCity: true,
};

/** Throws `PASSWORD_TOO_LONG`. */
export function checkPassword(password: string): void {
  if (isTooLongForBcrypt(password)) throw new ApiError('PASSWORD_TOO_LONG');
}

/** As an address is kept and looked for. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
