import { bearerToken, createTokenVerifier } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { ApiError, AUTH_ISSUER, accountId, LEGACY_ISSUER } from '../../contracts.ts';
import { createProfileOf } from './newcomer.ts';
import { findProfile, type StoredProfile } from './store.ts';

declare module 'fastify' {
  interface FastifyRequest {
    profile: StoredProfile | null;
  }
}

/** The profile of a request's token, as it is now; only an active one unless said otherwise. Throws like the legacy API. */
export type Caller = (
  request: FastifyRequest,
  options?: { evenInactive?: boolean },
) => Promise<StoredProfile>;

/** Takes the tokens of whom it is told about: the auth service, the legacy system, or both. */
export function createCaller(
  pool: pg.Pool,
  { authUrl, legacySecret }: { authUrl: string | undefined; legacySecret: string | undefined },
): Caller {
  const jwksUrl = `${authUrl}/.well-known/jwks.json`;
  const { verify } = createTokenVerifier([
    ...(authUrl ? [{ issuer: AUTH_ISSUER, algorithm: 'ES256' as const, jwksUrl }] : []),
    ...(legacySecret ? [{ issuer: LEGACY_ISSUER, algorithm: 'HS256' as const, secret: legacySecret }] : []),
  ]);
  return async (request, { evenInactive = false } = {}) => {
    const token = bearerToken(request.headers.authorization);
    if (!token) throw new ApiError('NOT_AUTHENTICATED');
    const principal = await verify(token).catch(() => {
      throw new ApiError('BAD_CREDENTIALS');
    });
    const id = accountId(principal.subject);
    const find = () => findProfile(pool, id);
    const profile =
      (await find()) ?? (authUrl && (await createProfileOf(request, pool, authUrl, id)) && (await find()));
    if (!profile) throw new ApiError('BAD_CREDENTIALS');
    if (!profile.is_active && !evenInactive) throw new ApiError('INACTIVE_USER');
    return profile;
  };
}
