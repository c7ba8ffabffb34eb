import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Signatures (HMAC-SHA-256) of what goes through strangers' hands and comes back, e.g. in a link. */
export type Signatures = {
  /** In base64url. */
  sign(text: string): string;
  isOurs(text: string, signature: string): boolean;
};

/** `keys` as ENCRYPTION_KEYS has them: the first signs, all verify. What is signed for one purpose is good for no other. */
export function createSignatures(keys: string, purpose: string): Signatures {
  const derived = keys
    .split(',')
    .map((key) => Buffer.from(hkdfSync('sha256', Buffer.from(key.trim(), 'base64url'), '', purpose, 32)));
  const macOf = (text: string, key: Buffer) => createHmac('sha256', key).update(text).digest();
  return {
    sign: (text) => macOf(text, derived[0]!).toString('base64url'),
    isOurs: (text, signature) => {
      const given = Buffer.from(signature, 'base64url');
      return derived.some((key) => {
        const good = macOf(text, key);
        return good.length === given.length && timingSafeEqual(good, given);
      });
    },
  };
}
