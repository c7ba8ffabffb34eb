import { LoadError } from '@banyan/plan/problem';
import type { UserId } from '../load/population.ts';
import { type Rehearsal, readDefault } from '../rehearse/load-file.ts';

/** The default export of a file given with `--users`: who makes recorded requests on the copy, and how they say who they are. */
export type People<Id extends UserId = UserId> = {
  /** Who asks most, first. Left out: owners of rows of the plan's tables. */
  users?: Rehearsal<Id>['users'];
  /** A token of the copy, without what stands before it in its header. Left out: one signed with the secret of the plan's issuer. */
  tokenFor?(user: Id): string | Promise<string>;
};

const SHAPE = 'export default { users: […], tokenFor: (user) => token }; see docs/rehearse.md';

/** @throws LoadError when there is no such file, when it fails, or when what it exports is no `People` */
export async function readPeople(file: string): Promise<People> {
  return await readDefault(file, '--users', (exported, path) => {
    if (typeof exported !== 'object' || exported === null)
      throw new LoadError('has no default export that is an object', path, SHAPE);
    const { users, tokenFor } = exported as Record<string, unknown>;
    if (users !== undefined && !Array.isArray(users) && typeof users !== 'function')
      throw new LoadError('`users` is neither a list nor a function that reads one', path, SHAPE);
    if (tokenFor !== undefined && typeof tokenFor !== 'function')
      throw new LoadError('`tokenFor` is no function', path, SHAPE);
    return exported as People;
  });
}
