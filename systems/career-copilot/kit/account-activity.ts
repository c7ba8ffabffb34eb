import { readFile } from 'node:fs/promises';
import { applySchema } from '@banyan/postgres';
import type { ServicePart } from '@banyan/service';
import type pg from 'pg';

/**
 * The part of a service that knows which accounts are active. It keeps what auth tells (`hearOfActivity`, among what the service's
 * `eventing` hears), and queries ask it by `activeNow`.
 *
 * @example
 * use: { activity: accountActivity, events: eventing(contracts, { on: hearOfActivity }) }
 */
export const accountActivity: ServicePart<undefined> = {
  start: async ({ pool }) => {
    const sql = await readFile(new URL('account-activity.sql', import.meta.url), 'utf8');
    await applySchema(pool, { name: 'account-activity', sql });
    return { provided: undefined, close: async () => {} };
  },
};

/** That an account is suspended is told in the order in which it happened, so the last word counts. Nothing follows a deletion. */
export const hearOfActivity = {
  UserSuspended: note(false),
  UserReinstated: note(true),
  UserDeleted: note(false),
};

/**
 * SQL: whether the account of this id is active, both given as SQL. What auth told counts more than `mapped`, which replication
 * brings and which may be older or newer; NULL if nobody said anything.
 */
export function activeNow(userId: string, mapped: string): string {
  return `coalesce((SELECT active FROM account_activity WHERE account_activity.user_id = ${userId}), ${mapped})`;
}

type OfUser = { data: { userId: number } };

function note(active: boolean): (message: OfUser, context: { tx: pg.PoolClient }) => Promise<void> {
  return async ({ data: { userId } }, { tx }) => {
    await tx.query(
      `INSERT INTO account_activity VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET active = excluded.active`,
      [userId, active],
    );
  };
}
