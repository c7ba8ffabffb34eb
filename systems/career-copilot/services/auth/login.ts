import type { Passwords } from '@banyan/service';
import type pg from 'pg';
import { ApiError } from '../../kit/legacy-errors.ts';
import { needsRehash, normalizeEmail, type PasswordScheme } from './decide.ts';
import type { SecondFactors } from './second-factor.ts';
import * as store from './store.ts';

/**
 * The account of whoever knows its password and, if it has a second factor, a code. Throws `BAD_LOGIN`, `INACTIVE_USER`, `CODE_NEEDED`
 * or `CODES_LOCKED`; an unknown address takes as long as a wrong password.
 */
export type LogIn = (given: { email: string; password: string; code?: string }) => Promise<store.Account>;

export function createLogin(
  pool: pg.Pool,
  { passwords, factors, scheme }: { passwords: Passwords; factors: SecondFactors; scheme: PasswordScheme },
): LogIn {
  return async ({ email, password, code }) => {
    const account = await store.findAccountByEmail(pool, normalizeEmail(email));
    if (!account) await passwords.pretend(password);
    if (!account || !(await passwords.verify(password, account.password_hash)))
      throw new ApiError('BAD_LOGIN');
    if (!account.is_active) throw new ApiError('INACTIVE_USER');
    const factor = await factors.check(account.id, code);
    if (factor !== 'good') throw new ApiError(FACTOR_ERRORS[factor]);
    if (needsRehash(account.password_hash, scheme)) {
      const to = await passwords.hash(password);
      const { id, password_hash: from } = account;
      if (await store.replacePasswordHash(pool, { id, from, to, changed: false })) account.password_hash = to;
    }
    return account;
  };
}

/** A wrong code is not told from a wrong password. */
const FACTOR_ERRORS = { ask: 'CODE_NEEDED', wrong: 'BAD_LOGIN', locked: 'CODES_LOCKED' } as const;
