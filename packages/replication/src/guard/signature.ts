import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * The key of an HMAC-SHA256 (RFC 2104), padded for its inner and its outer hash: the guard signs in SQL, which cannot
 * XOR bytes.
 */
export type SignatureKeys = { inner: Buffer; outer: Buffer };

const BLOCK_BYTES = 64;

export function newSignatureKeys(): SignatureKeys {
  const key = randomBytes(BLOCK_BYTES);
  return { inner: key.map((byte) => byte ^ 0x36) as Buffer, outer: key.map((byte) => byte ^ 0x5c) as Buffer };
}

/** What is signed: a text in one transaction of the database that keeps the keys. In another it is worth nothing. */
export type Signed = { xid: number; text: string; signature: string };

export function isSigned({ inner, outer }: SignatureKeys, { xid, text, signature }: Signed): boolean {
  const digest = createHash('sha256').update(inner).update(`${xid}:${text}`).digest();
  const expected = createHash('sha256').update(outer).update(digest).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** SQL: the signature, in hex, of the text that an expression gives, in the transaction that is open. Nothing but `pg_catalog` is called. */
export function signatureSql(text: string, keys: { inner: string; outer: string }): string {
  const xid = `(pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.int8 % 4294967296)`;
  const signed = `pg_catalog.convert_to(pg_catalog.concat(${xid}, ':', ${text}), 'UTF8')`;
  const sha = 'pg_catalog.sha256';
  return `pg_catalog.encode(${sha}(${keys.outer} || ${sha}(${keys.inner} || ${signed})), 'hex')`;
}
