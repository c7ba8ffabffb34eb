import type { TrustedIssuer } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { AUTH_ISSUER, GATEWAY_ISSUER, GATEWAY_JWKS_PATH, JWKS_PATH } from './tokens.ts';

export const GatewayConfig = Type.Object({
  /**
   * The public API as clients reach it, which is the gateway: for what other services have of a user, and for the public keys
   * of the tokens that the gateway signs for whoever the legacy system logged in.
   */
  API_URL: Type.Optional(Type.String({ minLength: 1 })),
});

/** What a service must be told to know whose tokens are good. */
export const IssuerConfig = Type.Object({
  ...GatewayConfig.properties,
  /** The auth service, for its public keys. Leave it out while only the legacy system gives out tokens. */
  AUTH_URL: Type.Optional(Type.String({ minLength: 1 })),
});

/** Whose tokens a service takes: those of the auth service, and of the gateway. */
export function issuersOf(config: Static<typeof IssuerConfig>): TrustedIssuer[] {
  const { AUTH_URL: authUrl } = config;
  const auth = { issuer: AUTH_ISSUER, algorithm: 'ES256' as const, jwksUrl: `${authUrl}${JWKS_PATH}` };
  return [...(authUrl ? [auth] : []), ...gatewayIssuer(config)];
}

export function gatewayIssuer({ API_URL: url }: Static<typeof GatewayConfig>): TrustedIssuer[] {
  return url ? [{ issuer: GATEWAY_ISSUER, algorithm: 'EdDSA', jwksUrl: `${url}${GATEWAY_JWKS_PATH}` }] : [];
}
