import type { KeyObject } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import { errors, type JWTPayload } from 'jose';

/** Whose HS256 tokens are good. */
export type Hs256Issuer = { secret: string } & Claims;

/** What a token says that is good. */
type Claims = {
  /** As in the token; empty: a token need not name any. */
  issuer: string;
  audience?: string;
  /** How far the issuer's clock may be apart from ours, seconds. Default 0. */
  leewaySeconds?: number;
  /** Claims that a token must have. */
  required?: readonly string[];
  /** Its type; left out: any. */
  typ?: string;
};

type Verifier = (token: string) => JWTPayload;

/** Verifies HS256 tokens as `signatureVerifier` does others. */
export function hs256Verifier({ secret, ...claims }: Hs256Issuer, now: () => number): Verifier {
  return verifierBy({ key: Buffer.from(secret), algorithm: 'HS256' }, claims, now);
}

/**
 * Verifies tokens of one public key here and now: Web Crypto, which jose takes, hands each token to another thread, which takes longer than
 * what is done there. Throws jose's errors, as `jwtVerify` does. `now` is the wall clock in milliseconds.
 */
export function signatureVerifier(
  { key, algorithm }: { key: KeyObject; algorithm: 'ES256' | 'EdDSA' },
  claims: Claims,
  now: () => number,
): Verifier {
  return verifierBy({ key: key.export({ type: 'spki', format: 'pem' }), algorithm }, claims, now);
}

function verifierBy(
  { key, algorithm }: { key: string | Buffer; algorithm: 'HS256' | 'ES256' | 'EdDSA' },
  { issuer, audience, leewaySeconds = 0, required = [], typ }: Claims,
  now: () => number,
): Verifier {
  const verify = createVerifier({
    key,
    algorithms: [algorithm],
    ...(typ === undefined ? {} : { checkTyp: typ }),
    ...(issuer === '' ? {} : { allowedIss: issuer }),
    ...(audience === undefined ? {} : { allowedAud: audience }),
    requiredClaims: [
      ...(issuer === '' ? [] : ['iss']),
      ...(audience === undefined ? [] : ['aud']),
      ...required,
    ],
    // Dates come last, and by the clock handed in: only a token that is good in all else is called expired.
    ignoreExpiration: true,
    ignoreNotBefore: true,
    cache: false,
  });
  return (token) => {
    let claims: JWTPayload;
    try {
      claims = verify(token) as JWTPayload;
    } catch (cause) {
      throw new errors.JWTInvalid('The token is not good', { cause });
    }
    checkDates(claims, Math.floor(now() / 1000), leewaySeconds);
    return claims;
  };
}

/** As jose does it. `now` in seconds. */
function checkDates(claims: JWTPayload, now: number, leeway: number): void {
  const { nbf, exp } = claims as { nbf?: unknown; exp?: unknown };
  for (const date of [nbf, exp]) {
    if (date !== undefined && typeof date !== 'number') throw new errors.JWTInvalid('A date is no number');
  }
  if (nbf !== undefined && (nbf as number) > now + leeway)
    throw new errors.JWTClaimValidationFailed('The token is not yet valid', claims, 'nbf', 'check_failed');
  if (exp !== undefined && (exp as number) <= now - leeway)
    throw new errors.JWTExpired('The token has expired', claims, 'exp');
}
