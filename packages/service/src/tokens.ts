import { createRemoteJWKSet, decodeJwt, type JWTVerifyGetKey, jwtVerify } from 'jose';

/** Whose tokens are good here. The algorithm is pinned per issuer: a token cannot choose it. */
export type TrustedIssuer = { issuer: string } & (
  | { algorithm: 'HS256'; secret: string }
  | { algorithm: 'ES256' | 'EdDSA'; jwksUrl: string }
  | { algorithm: 'ES256' | 'EdDSA'; keys: JWTVerifyGetKey }
);

export type Principal = { subject: string; role: string; issuer: string };

/** Not a good token, whatever the reason; `cause` has it. */
export class TokenError extends Error {
  constructor(cause?: unknown) {
    super('The token is not valid', { cause });
    this.name = 'TokenError';
  }
}

/**
 * Verifies access tokens of several issuers: signature, issuer, expiry, subject. Keys from a URL are fetched when first
 * needed and again when a token names an unknown one, so other issuers' tokens do not depend on that URL.
 */
export function createTokenVerifier(
  trusted: readonly TrustedIssuer[],
): (token: string) => Promise<Principal> {
  const issuers = new Map(trusted.map((issuer) => [issuer.issuer, { ...issuer, keys: keysOf(issuer) }]));
  return async (token) => {
    try {
      const trustedIssuer = issuers.get(decodeJwt(token).iss ?? '');
      if (!trustedIssuer) throw new TokenError('unknown issuer');
      const { payload } = await jwtVerify(token, trustedIssuer.keys, {
        algorithms: [trustedIssuer.algorithm],
        issuer: trustedIssuer.issuer,
        requiredClaims: ['exp', 'sub'],
      });
      const role = typeof payload.role === 'string' ? payload.role : 'user';
      return { subject: payload.sub!, role, issuer: trustedIssuer.issuer };
    } catch (error) {
      throw error instanceof TokenError ? error : new TokenError(error);
    }
  };
}

/** The token of an `Authorization: Bearer` header, undefined without one. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

function keysOf(issuer: TrustedIssuer): JWTVerifyGetKey {
  if ('keys' in issuer) return issuer.keys;
  if ('secret' in issuer) {
    const secret = new TextEncoder().encode(issuer.secret);
    return async () => secret;
  }
  return createRemoteJWKSet(new URL(issuer.jwksUrl), { cooldownDuration: 1000, timeoutDuration: 2000 });
}
