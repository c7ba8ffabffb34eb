import type { ErrorCode } from '../../api/codes.ts';

/** Of a login: what is asked for, and why the last attempt was refused. */
export type LoginStep = { asks: 'password' | 'code'; refusal: ErrorCode | null };

export const FIRST_STEP: LoginStep = { asks: 'password', refusal: null };

/**
 * What to ask for after a refusal. The API does not tell a wrong code from a wrong password; where the password was good a moment ago, it
 * was the code. That no code was sent is no failure, but the question for one.
 */
export function stepAfter({ asks }: LoginStep, refusal: ErrorCode): LoginStep {
  if (refusal === 'CODE_NEEDED') return { asks: 'code', refusal: null };
  return { asks, refusal: asks === 'code' && refusal === 'BAD_LOGIN' ? 'WRONG_CODE' : refusal };
}
