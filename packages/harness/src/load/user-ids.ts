import { withPool } from '@banyan/postgres';
import type { Rehearsal } from '../rehearse/load-file.ts';
import type { UserId } from './population.ts';

/** The people of a file of the team's: a list, or what its function reads from the monolith's database. */
export async function idsOf(users: Rehearsal<UserId>['users'], database: string): Promise<readonly UserId[]> {
  if (typeof users !== 'function') return users;
  return await withPool(database, { applicationName: 'banyan-rehearse' }, async (pool) => await users(pool));
}
