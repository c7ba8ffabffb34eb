import { INTEGER } from '../api/common.ts';
import { ApiError } from './legacy-errors.ts';

export const LEGACY_ISSUER = 'career-copilot';
export const AUTH_ISSUER = 'career-copilot-auth';
/** Of what the gateway signs for services in the place of tokens that only the legacy system can verify. */
export const GATEWAY_ISSUER = 'career-copilot-gateway';

/** For whom tokens of OAuth clients are made: this API. Their issuer is its public address. */
export const OAUTH_AUDIENCE = 'career-copilot-api';

/** Where the auth service shows its public keys. */
export const JWKS_PATH = '/.well-known/jwks.json';

/** The account id in a token's subject. Throws `BAD_CREDENTIALS` if it can be none. */
export function accountId(subject: string | undefined): number {
  const id = Number(subject);
  if (!Number.isSafeInteger(id) || id < 1 || id > INTEGER.maximum) throw new ApiError('BAD_CREDENTIALS');
  return id;
}
