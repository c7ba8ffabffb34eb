import type { TrustedIssuer } from '@banyan/service';
import { type Static, Type } from 'typebox';

export const GATEWAY_ISSUER = 'template-gateway';
export const GATEWAY_JWKS_PATH = '/.well-known/banyan/jwks.json';

/** What a service must be told to know whose tokens are good. */
export const IssuerConfig = Type.Object({ API_URL: Type.Optional(Type.String({ minLength: 1 })) });

/** Whose tokens a service takes: those of the gateway. */
export function issuersOf({ API_URL: url }: Static<typeof IssuerConfig>): TrustedIssuer[] {
  return url ? [{ issuer: GATEWAY_ISSUER, algorithm: 'EdDSA', jwksUrl: `${url}${GATEWAY_JWKS_PATH}` }] : [];
}
