import { type JWTPayload, SignJWT } from 'jose';
import type { Issuer } from '../control/route-table.ts';

/** With what a token is signed that the monolith takes for one of its own. */
export type MonolithKey = { issuer: string; scheme: string; secret: Uint8Array };

/** Null: of an issuer whose key is not shared, or whose tokens do not come in Authorization. */
export function monolithKeyOf(issuer: Issuer): MonolithKey | null {
  if (issuer.algorithm !== 'HS256' || issuer.cookie !== undefined || issuer.header !== undefined) return null;
  const { secret, issuer: name = '', scheme = 'Bearer' } = issuer;
  return { issuer: name, scheme, secret: new TextEncoder().encode(secret) };
}

/** The Authorization header with the same claims in the name of the monolith's own issuer. */
export async function signForMonolith(
  { iss: _, ...claims }: JWTPayload,
  { issuer, scheme, secret }: MonolithKey,
): Promise<string> {
  const token = await new SignJWT(issuer === '' ? claims : { ...claims, iss: issuer })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(secret);
  return `${scheme} ${token}`;
}
