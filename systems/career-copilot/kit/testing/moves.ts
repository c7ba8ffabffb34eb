import { system } from '../../system.ts';

export { allOf, goBack, migrate, repeatWhile } from '@banyan/harness/testing/system';

/** Never was part of the monolith: without it nobody reads résumés, wherever the others stand. */
export const BORN_OUTSIDE = 'integrations';
/** The three that leave first. */
export const FIRST: readonly string[] = ['auth', 'users', 'applications'];
/** What leaves after them. */
export const OTHERS: readonly string[] = system.services.filter(
  (name) => name !== BORN_OUTSIDE && !FIRST.includes(name),
);
