import { availableParallelism } from 'node:os';
import { createBulkhead } from '../client/bulkhead.ts';

/** How passwords are kept. Both take time by design: they are run in other threads, never on the loop. */
export type PasswordHasher = {
  hash(password: string): Promise<string>;
  /** Whatever it was hashed by; a hash of no kind that is known is never right. */
  verify(password: string, passwordHash: string): Promise<boolean>;
};

/** All of them throw what `refuse` makes (default `OVERLOADED`, 503) when too many wait for theirs. */
export type Passwords = PasswordHasher & {
  /** Takes as long as `verify`, so that an unknown name cannot be told by the time of the answer. */
  pretend(password: string): Promise<void>;
};

/** Hashes on all cores but one: a burst of logins must not take every core from the requests that are quick. */
export function createPasswords(hasher: PasswordHasher, options: { refuse?: () => Error } = {}): Passwords {
  const inTurn = createBulkhead({
    atOnce: Math.max(1, availableParallelism() - 1),
    waiting: 100,
    ...options,
  });
  const hash = (password: string) => inTurn(() => hasher.hash(password));
  const verify = (password: string, passwordHash: string) =>
    inTurn(() => hasher.verify(password, passwordHash));
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
