import { createHash } from 'node:crypto';

export type StoredToken = {
  revoked: boolean;
  /** When it was exchanged for the next token of its family; null also after the family was ended. */
  rotated_at: Date | null;
  expires_at: Date;
};

/**
 * What a presented refresh token deserves. A token is good once. A client that lost the answer, or asks twice at the same
 * time, may come back with the old one within `graceMs`; later it means that somebody else has used it, and the whole
 * family ends.
 */
export function decideRefresh(
  token: StoredToken | undefined,
  now: Date,
  graceMs: number,
): 'rotate' | 'rotate-again' | 'refuse' | 'reuse' {
  if (!token || token.expires_at <= now) return 'refuse';
  if (!token.revoked) return 'rotate';
  if (!token.rotated_at) return 'refuse';
  return now.getTime() - token.rotated_at.getTime() <= graceMs ? 'rotate-again' : 'reuse';
}

export type PasswordScheme = 'bcrypt' | 'argon2id';

export function schemeOf(passwordHash: string): PasswordScheme | 'none' {
  if (passwordHash.startsWith('$argon2id$')) return 'argon2id';
  return passwordHash.startsWith('$2') ? 'bcrypt' : 'none';
}

/** Only ever upward: what the legacy system can read is kept until it is retired (`wanted` says so). */
export function needsRehash(passwordHash: string, wanted: PasswordScheme): boolean {
  return wanted === 'argon2id' && schemeOf(passwordHash) === 'bcrypt';
}

/**
 * A deleted person's account. The row stays, since applications and other rows of the legacy system refer to it and
 * must keep their integrity; nothing in it says who it was, and nobody can log in.
 */
export function anonymized(id: number): { email: string; passwordHash: string; displayName: string } {
  return { email: `deleted-${id}@deleted.invalid`, passwordHash: '!', displayName: 'Deleted user' };
}

export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
