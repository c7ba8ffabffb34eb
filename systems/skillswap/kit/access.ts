import type { Db } from '@banyan/postgres';
import type { Access } from '@banyan/service';
import { callerOf } from './caller.ts';
import { type OfUser, ofAdminIn, ofUserIn } from './of-user.ts';

/**
 * Who may use routes that a package makes: as with the monolith's, whoever is suspended is out at once. The service has them in a table with
 * `id` and `status`.
 */
export function accessIn(pool: Db, table: Parameters<typeof ofUserIn>[1]): Access<string> {
  return {
    callerOf,
    signedIn: byStatuses(ofUserIn(pool, table)),
    admin: byStatuses(ofAdminIn(pool, table)),
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
