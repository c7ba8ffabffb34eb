import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a link in a mail is for. */
export type Purpose = 'verify_email' | 'reset_password';

export type StoredLink = { purpose: Purpose; secret_hash: string; expires_at: Date };

const SECRET_BYTES = 32;

/** How long a link is good, seconds: what takes an account over is good for less time than what only proves an address. */
export const LINK_SECONDS: Record<Purpose, number> = { verify_email: 86_400, reset_password: 1_800 };

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** 256 random bits need no slow hash. */
export function hashOfSecret(secret: string, bound: { purpose: Purpose; email: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([bound.purpose, bound.email, secret]))
    .digest('hex');
}

export function formatToken(id: string, secret: string): string {
  return `${id}.${secret}`;
}

/** Null: nothing that we have ever sent. */
export function parseToken(token: string): { id: string; secret: string } | null {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/.exec(token);
  return match && { id: match[1]!, secret: match[2]! };
}

/**
 * Whether a link may be used now, for this and by whoever reads the mail of this address. How long the answer takes says nothing of
 * the secret.
 */
export function isGoodLink(
  link: StoredLink | undefined,
  secret: string,
  wanted: { purpose: Purpose; email: string },
  now: Date,
): boolean {
  if (!link || link.purpose !== wanted.purpose || link.expires_at <= now) return false;
  return timingSafeEqual(Buffer.from(hashOfSecret(secret, wanted)), Buffer.from(link.secret_hash));
}
