import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { API, ApiError, type Registration } from '../../contracts.ts';
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

export async function findCaller(
  request: FastifyRequest,
  pool: pg.Pool,
  { id, authUrl, evenInactive = false }: { id: number; authUrl: string | undefined; evenInactive?: boolean },
): Promise<StoredProfile> {
  const find = () => findProfile(pool, id);
  const profile =
    (await find()) ?? (authUrl && (await createProfileOf(request, pool, authUrl, id)) && (await find()));
  if (!profile) throw new ApiError('BAD_CREDENTIALS');
  if (!profile.is_active && !evenInactive) throw new ApiError('INACTIVE_USER');
  return profile;
}

/**
 * The first visit of somebody who registered after this service was retired from the legacy system: the profile is made
 * of what the auth service says of the request's own token. While rows still arrive by replication one of our own making
 * would be in the way of theirs, so a profile that is late is waited for; so is the end of a link that is being dropped.
 * False if there is none in the end.
 */
async function createProfileOf(
  request: FastifyRequest,
  pool: pg.Pool,
  authUrl: string,
  id: number,
): Promise<boolean> {
  const deadline = performance.now() + LATE_MS;
  while (await profilesArrive(pool)) {
    if (await findProfile(pool, id)) return true;
    if (performance.now() > deadline) return false;
    await delay(LOOK_MS);
  }
  const registration = await askAuth(request, authUrl);
  if (registration) await insertProfile(pool, registration);
  return registration !== undefined;
}

const TIMEOUT_MS = 5000;
const LATE_MS = 1000;
const LOOK_MS = 40;

/** Undefined unless auth knows the account; that it could not be asked is only in the log. */
async function askAuth(request: FastifyRequest, authUrl: string): Promise<Registration | undefined> {
  try {
    const response = await fetch(`${authUrl}${API}/auth/me/registration`, {
      headers: { authorization: request.headers.authorization! },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 200) return (await response.json()) as Registration;
    await response.body?.cancel();
    request.log.warn({ status: response.status }, 'auth has no registration for an unknown user');
  } catch (error) {
    request.log.warn({ err: error }, 'auth could not be asked about an unknown user');
  }
  return undefined;
}
