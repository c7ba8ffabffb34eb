import * as bcrypt from '@node-rs/bcrypt';
import { bulkhead } from 'cockatiel';

/** At a time: a burst of logins must not take every core from the requests that are quick. */
const AT_ONCE = 2;

const places = bulkhead(AT_ONCE, Number.POSITIVE_INFINITY);

export const hash = (password: string, cost: number): Promise<string> =>
  places.execute(() => bcrypt.hash(password, { cost }));

export const verify = (password: string, hashed: string): Promise<boolean> =>
  places.execute(() => bcrypt.verify(password, hashed));
