import { availableParallelism } from 'node:os';
import { createBulkhead } from '@banyan/service';
import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { hash as bcryptHash, verify as bcryptVerify } from '@node-rs/bcrypt';
import { ApiError } from '../../kit/legacy-errors.ts';
import { type PasswordScheme, schemeOf } from './decide.ts';

/** All of them throw `OVERLOADED` when too many wait for theirs. */
export type Passwords = {
  hash(password: string): Promise<string>;
  /** Whatever scheme the hash is of; a hash of none is never right. */
  verify(password: string, passwordHash: string): Promise<boolean>;
  /** Takes as long as `verify`, so that an unknown email cannot be told by the time of the answer. */
  pretend(password: string): Promise<void>;
};

export function createPasswords(scheme: PasswordScheme, bcryptCost: number): Passwords {
  // On all cores but one: a burst of logins must not take every core from the requests that are quick.
  const inTurn = createBulkhead({
    atOnce: Math.max(1, availableParallelism() - 1),
    waiting: 100,
    refuse: () => new ApiError('OVERLOADED'),
  });
  const hash = (password: string) =>
    inTurn(() => (scheme === 'argon2id' ? argon2Hash(password) : bcryptHash(password, { cost: bcryptCost })));
  const verify = async (password: string, passwordHash: string) => {
    switch (schemeOf(passwordHash)) {
      case 'argon2id':
        return await inTurn(() => argon2Verify(passwordHash, password));
      case 'bcrypt':
        return await inTurn(() => bcryptVerify(password, passwordHash));
      default:
        return false;
    }
  };
  let decoy: Promise<string> | undefined;
  const pretend = async (password: string) => {
    decoy ??= hash('nobody has this password').catch((error: unknown) => {
      decoy = undefined; // sent away for now, not for ever
      throw error;
    });
    await verify(password, await decoy);
  };
  return { hash, verify, pretend };
}
