import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceClient } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { contracts as auth } from '../../contracts/auth.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { findProfile, insertProfile, profilesArrive, type StoredProfile } from './store.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's, as it is now. */
    profile: StoredProfile | null;
  }
}

/** The profile of a request's token, as it is now; only an active one unless said otherwise. Throws like the legacy API. */
export type Caller = (
  request: FastifyRequest,
  options?: { evenInactive?: boolean },
) => Promise<StoredProfile>;

export type AccountCalls = Pick<ServiceClient<(typeof auth)['operations']>, 'getRegistration'>;

export async function findCaller(
  request: FastifyRequest,
  pool: pg.Pool,
  { id, accounts, evenInactive = false }: { id: number; accounts: AccountCalls; evenInactive?: boolean },
): Promise<StoredProfile> {
  const find = () => findProfile(pool, id);
  const profile =
    (await find()) ?? ((await createProfileOf(request, pool, accounts, id)) ? await find() : undefined);
  if (!profile) throw new ApiError('BAD_CREDENTIALS');
  if (!profile.is_active && !evenInactive) throw new ApiError('INACTIVE_USER');
  return profile;
}

/**
 * The first visit of somebody whose profile is not there yet. While rows still arrive by replication one of our own making
 * would be in the way of theirs, so the late one is waited for; so is the end of a link that is being dropped. After that
 * auth tells of registrations by events; a visit that is quicker than the event is answered by asking auth about its
 * caller. False if there is no profile in the end.
 */
async function createProfileOf(
  request: FastifyRequest,
  pool: pg.Pool,
  accounts: AccountCalls,
  id: number,
): Promise<boolean> {
  const deadline = performance.now() + LATE_MS;
  while (await profilesArrive(pool)) {
    if (await findProfile(pool, id)) return true;
    if (performance.now() > deadline) return false;
    await delay(LOOK_MS);
  }
  try {
    await insertProfile(pool, await accounts.getRegistration());
    return true;
  } catch (err) {
    request.log.warn({ err }, 'auth does not tell of an unknown user');
    return false;
  }
}

const LATE_MS = 1000;
const LOOK_MS = 40;
