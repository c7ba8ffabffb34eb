/** For tests of a whole system with Banyan in front. */
export { startTestEnvironment } from './environment.ts';
export { type Linked, linkBoth } from './links.ts';
export { allOf, goBack, migrate, repeatWhile } from './moves.ts';
export { goTo, noConflicts, verified } from './stages.ts';
export { type UsersOfApi, usersOfApi } from './users-of-api.ts';
