import type { Access } from '@banyan/notifications';
import type pg from 'pg';
import { callerOf } from '../../kit/caller.ts';
import { type OfUser, ofAdminIn, ofUserIn } from '../../kit/of-user.ts';

/** Who may use the routes of @banyan/notifications: as with the monolith's, whoever is suspended is out at once. */
export function accessOf(pool: pg.Pool): Access {
  return {
    callerOf,
    signedIn: byStatuses(ofUserIn(pool, 'users')),
    admin: byStatuses(ofAdminIn(pool, 'users')),
  };
}

/** Their errors are not of the monolith's API: they are stated by their statuses. */
function byStatuses(route: OfUser) {
  const { onRequest, config } = route();
  return (...statuses: number[]) => ({
    onRequest,
    config: { ...config, errors: [...config.errors, ...statuses] },
  });
}
