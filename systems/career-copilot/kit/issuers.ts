import type { TrustedIssuer } from '@banyan/service';
import type { JWTVerifyGetKey } from 'jose';
import { type Static, Type } from 'typebox';
import { AUTH_ISSUER, GATEWAY_ISSUER, GATEWAY_JWKS_PATH, JWKS_PATH, OAUTH_AUDIENCE } from './tokens.ts';

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

/** Whose tokens a service takes: those of the auth service, for users and for clients that act for them, and of the gateway. */
export function issuersOf(config: Static<typeof IssuerConfig>): TrustedIssuer[] {
  const { AUTH_URL: authUrl } = config;
  if (!authUrl) return gatewayIssuer(config);
  const keys = { algorithm: 'ES256' as const, jwksUrl: `${authUrl}${JWKS_PATH}` };
  return [{ issuer: AUTH_ISSUER, ...keys }, ...clientsIssuer(config, keys), ...gatewayIssuer(config)];
}

/** Of tokens of OAuth clients, which the auth service signs with these keys in the name of the public API. */
export function clientsIssuer(
  { API_URL: url }: Static<typeof GatewayConfig>,
  keys: Pick<Extract<TrustedIssuer, { algorithm: 'ES256' | 'EdDSA' }>, 'algorithm'> &
    ({ jwksUrl: string } | { keys: JWTVerifyGetKey }),
): TrustedIssuer[] {
  return url ? [{ issuer: url, ...keys, clients: { audience: OAUTH_AUDIENCE } }] : [];
}

export function gatewayIssuer({ API_URL: url }: Static<typeof GatewayConfig>): TrustedIssuer[] {
  return url ? [{ issuer: GATEWAY_ISSUER, algorithm: 'EdDSA', jwksUrl: `${url}${GATEWAY_JWKS_PATH}` }] : [];
}
