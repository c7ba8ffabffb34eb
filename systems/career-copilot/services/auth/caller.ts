import { bearerToken, createTokenVerifier } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { ApiError, AUTH_ISSUER, accountId, LEGACY_ISSUER } from '../../contracts.ts';
import { ALGORITHM, type TokenSigner } from './keys.ts';
import { type Account, findAccount } from './store.ts';

declare module 'fastify' {
  interface FastifyRequest {
    account: Account | null;
  }
}

/** The account of a request's token, as it is now; only an active one unless said otherwise. Throws like the legacy API. */
export type Caller = (request: FastifyRequest, options?: { evenInactive?: boolean }) => Promise<Account>;

/** Takes our own tokens, and the legacy system's as long as its secret is given. */
export function createCaller(pool: pg.Pool, signer: TokenSigner, legacySecret: string | undefined): Caller {
  const { verify } = createTokenVerifier([
    { issuer: AUTH_ISSUER, algorithm: ALGORITHM, keys: signer.verificationKeys },
    ...(legacySecret ? [{ issuer: LEGACY_ISSUER, algorithm: 'HS256' as const, secret: legacySecret }] : []),
  ]);
  return async (request, { evenInactive = false } = {}) => {
    const token = bearerToken(request.headers.authorization);
    if (!token) throw new ApiError('NOT_AUTHENTICATED');
    const principal = await verify(token).catch(() => {
      throw new ApiError('BAD_CREDENTIALS');
    });
    const account = await findAccount(pool, accountId(principal.subject));
    if (!account) throw new ApiError('BAD_CREDENTIALS');
    if (!account.is_active && !evenInactive) throw new ApiError('INACTIVE_USER');
    return account;
  };
}
