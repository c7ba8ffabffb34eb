import { type Static, Type } from 'typebox';
import type { TrustedIssuer } from './tokens.ts';

/** Where a gateway shows the public keys of the tokens that it signs. */
const GATEWAY_JWKS_PATH = '/.well-known/banyan/jwks.json';

export const GatewayConfig = Type.Object({
  /**
   * The public API as clients reach it, which is the gateway: for what other services have of a user, and for the public keys
   * of the tokens that the gateway signs for whoever the legacy system logged in.
   */
  API_URL: Type.Optional(Type.String({ minLength: 1 })),
});

/** What the gateway signs in the name of `issuer`. None without its address. */
export function gatewayIssuer(
  { API_URL: url }: Static<typeof GatewayConfig>,
  issuer: string,
): TrustedIssuer[] {
  return url ? [{ issuer, algorithm: 'EdDSA', jwksUrl: `${url}${GATEWAY_JWKS_PATH}` }] : [];
}
