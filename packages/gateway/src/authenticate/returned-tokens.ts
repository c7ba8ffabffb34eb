import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { Issuer } from '../control/route-table.ts';
import { tokenLocationOf } from './credentials.ts';
import { ORIGINAL_ISSUER, SIGNING_ALGORITHMS, type TokenSigner } from './token-signer.ts';

/** Where the gateway puts what it signs, and the only place where it takes it back. */
export const RETURNED_IN = tokenLocationOf({});

/** How far the clocks of gateways that share their keys may be apart. */
export const RETURNED_LEEWAY_SECONDS = 5;

/**
 * Verifies what the gateway signed for a token of `issuer` and a service sends back through it: by the gateway's keys, and for
 * the audience that the issuer's own tokens must have. Throws jose's errors.
 */
export function returnedVerifier(
  signer: TokenSigner,
  { audience }: Pick<Issuer, 'audience'>,
  now: () => number,
): (token: string) => Promise<JWTPayload> {
  const keys = createLocalJWKSet(JSON.parse(signer.jwks));
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: signer.issuer,
      algorithms: [...SIGNING_ALGORITHMS],
      requiredClaims: ['exp', ORIGINAL_ISSUER],
      clockTolerance: RETURNED_LEEWAY_SECONDS,
      currentDate: new Date(now()),
      ...(audience === undefined ? {} : { audience }),
    });
    return payload;
  };
}

/** What the token said for which it was signed, but that it ends when the signed one does. `''`: it named no issuer. */
export function originalClaims({ iss: _, [ORIGINAL_ISSUER]: issuer, ...claims }: JWTPayload): JWTPayload {
  return issuer === '' ? claims : { ...claims, iss: issuer as string };
}
