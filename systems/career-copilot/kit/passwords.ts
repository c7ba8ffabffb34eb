import { isTooLongForBcrypt } from '@banyan/monolith/api';
import { ApiError } from './legacy-errors.ts';

export { isTooLongForBcrypt };

/** Throws `PASSWORD_TOO_LONG`. Only of a new one: who has a longer one comes in with it as ever. */
export function checkNewPassword(password: string): void {
  if (isTooLongForBcrypt(password)) throw new ApiError('PASSWORD_TOO_LONG');
}
