import { GatewayConfig, gatewayIssuer, type TrustedIssuer } from '@banyan/service';
import type { JWTVerifyGetKey } from 'jose';
import { type Static, Type } from 'typebox';
import { AUTH_ISSUER, GATEWAY_ISSUER, JWKS_PATH, OAUTH_AUDIENCE } from './tokens.ts';

/** What a service must be told to know whose tokens are good. */
export const IssuerConfig = Type.Object({
  ...GatewayConfig.properties,
  /** The auth service, for its public keys. Leave it out while only the legacy system gives out tokens. */
  AUTH_URL: Type.Optional(Type.String({ minLength: 1 })),
});

/** Whose tokens a service takes: those of the auth service, for users and for clients that act for them, and of the gateway. */
export function issuersOf(config: Static<typeof IssuerConfig>): TrustedIssuer[] {
  const { AUTH_URL: authUrl } = config;
  if (!authUrl) return gatewayIssuer(config, GATEWAY_ISSUER);
  const keys = { algorithm: 'ES256' as const, jwksUrl: `${authUrl}${JWKS_PATH}` };
  return [
    { issuer: AUTH_ISSUER, ...keys },
    ...clientsIssuer(config, keys),
    ...gatewayIssuer(config, GATEWAY_ISSUER),
  ];
}

/** Of tokens of OAuth clients, which the auth service signs with these keys in the name of the public API. */
export function clientsIssuer(
  { API_URL: url }: Static<typeof GatewayConfig>,
  keys: Pick<Extract<TrustedIssuer, { algorithm: 'ES256' | 'EdDSA' }>, 'algorithm'> &
    ({ jwksUrl: string } | { keys: JWTVerifyGetKey }),
): TrustedIssuer[] {
  return url ? [{ issuer: url, ...keys, clients: { audience: OAUTH_AUDIENCE } }] : [];
}
