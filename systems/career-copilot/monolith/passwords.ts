import * as bcrypt from '@node-rs/bcrypt';

export const hash = (password: string, cost: number): Promise<string> =>
  inTurn(() => bcrypt.hash(password, { cost }));

export const verify = (password: string, hashed: string): Promise<boolean> =>
  inTurn(() => bcrypt.verify(password, hashed));

let last: Promise<unknown> = Promise.resolve();

/** One at a time: a burst of logins must not take every core from the requests that are quick. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}
