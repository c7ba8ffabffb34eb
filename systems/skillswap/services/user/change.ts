import type { Events } from '@banyan/events';
import type pg from 'pg';
import type { contracts } from '../../contracts/user.ts';
import { factsOfChange } from './facts.ts';
import { updateUser } from './store.ts';

/** Changes somebody, and tells of it; undefined as `updateUser`. */
export type Change = (
  tx: pg.PoolClient,
  id: string,
  columns: Record<string, unknown>,
  expectedVersion?: number,
) => ReturnType<typeof updateUser>;

export function changeBy(events: Pick<Events<typeof contracts>, 'publish'>): Change {
  return async (tx, id, columns, expectedVersion) => {
    const changed = await updateUser(tx, id, columns, expectedVersion);
    if (!changed) return undefined;
    for (const { type, data } of factsOfChange(changed.before, changed.after))
      await events.publish(tx, type, data);
    return changed;
  };
}
