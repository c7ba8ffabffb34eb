import type { TrustedIssuer } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { AUTH_ISSUER, JWKS_PATH, LEGACY_ISSUER } from './tokens.ts';

/** What a service must be told to know whose tokens are good. */
export const IssuerConfig = Type.Object({
  /** The auth service, for its public keys. Leave it out while only the legacy system gives out tokens. */
  AUTH_URL: Type.Optional(Type.String({ minLength: 1 })),
  /** The legacy system's secret: whoever it logged in stays logged in. Leave it out once it is retired. */
  LEGACY_JWT_SECRET: Type.Optional(Type.String({ minLength: 1 })),
});

/** Whose tokens a service takes: those of the auth service, and of the legacy system. */
export function issuersOf(config: Static<typeof IssuerConfig>): TrustedIssuer[] {
  const { AUTH_URL: authUrl, LEGACY_JWT_SECRET: secret } = config;
  return [
    ...(authUrl
      ? [{ issuer: AUTH_ISSUER, algorithm: 'ES256' as const, jwksUrl: `${authUrl}${JWKS_PATH}` }]
      : []),
    ...(secret ? [{ issuer: LEGACY_ISSUER, algorithm: 'HS256' as const, secret }] : []),
  ];
}
