import { createHash } from 'node:crypto';
import pg from 'pg';
import { canonicalKey, canonicalKeySql } from './canonical.ts';

/** Buckets that a key may fall into; a share is given in the same unit (basis points: 1 % = 100). */
export const BUCKETS = 10_000;

/**
 * The bucket of a key, 0..9999, of its canonical form: `(first 32 bits of sha256(salt + ':' + key)) * 10000 >> 32`.
 * Null for a text that is no key. This must never change: rows are where it says.
 */
export function bucket(salt: string, text: string): number | null {
  const key = canonicalKey(text);
  if (key === null) return null;
  const digest = createHash('sha256').update(`${salt}:${key}`).digest();
  return Math.floor((digest.readUInt32BE(0) * BUCKETS) / 2 ** 32);
}

/** The same bucket as an SQL expression over `expr` of any type. NULL where there is no key. */
export function bucketSql(expr: string, salt: string): string {
  const text = `convert_to(${pg.escapeLiteral(`${salt}:`)} || ${canonicalKeySql(expr)}, 'UTF8')`;
  return `((('x' || left(encode(sha256(${text}), 'hex'), 8))::bit(32)::bigint * ${BUCKETS}) >> 32)`;
}
