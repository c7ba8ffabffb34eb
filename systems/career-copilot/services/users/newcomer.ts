import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceClient } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { contracts as auth } from '../../contracts/auth.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { findProfile, insertProfile, type StoredProfile } from './store.ts';

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
  const profile = (await findProfile(pool, id)) ?? (await awaitProfile(request, pool, accounts, id));
  if (!profile) throw new ApiError('BAD_CREDENTIALS');
  if (!profile.is_active && !evenInactive) throw new ApiError('INACTIVE_USER');
  return profile;
}

/**
 * The first visit of somebody who has just registered may be quicker than what tells of it. Auth is asked about its caller
 * and its answer makes the profile, as the event would. An account that auth does not know yet was made elsewhere a moment
 * ago: its profile is waited for a little. Undefined if there is none in the end.
 */
async function awaitProfile(
  request: FastifyRequest,
  pool: pg.Pool,
  accounts: AccountCalls,
  id: number,
): Promise<StoredProfile | undefined> {
  const deadline = performance.now() + LATE_MS;
  try {
    await insertProfile(pool, await accounts.getRegistration());
  } catch (err) {
    request.log.warn({ err }, 'auth does not tell of an unknown user');
  }
  for (;;) {
    const profile = await findProfile(pool, id);
    if (profile || performance.now() > deadline) return profile;
    await delay(LOOK_MS);
  }
}

const LATE_MS = 1000;
const LOOK_MS = 40;
