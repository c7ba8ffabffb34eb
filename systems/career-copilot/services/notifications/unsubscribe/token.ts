import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Whose e-mails of what kind a link ends. */
type Unsubscription = { userId: number; kind: string };

export type UnsubscribeTokens = {
  sign(what: Unsubscription): string;
  /** Undefined if it is none of ours. */
  verify(token: string): Unsubscription | undefined;
};

/**
 * Whoever has the link may end what it names, without a login, and nothing else. Links never expire: people use old mails. `keys` as ENCRYPTION_KEYS
 * has them: the first signs, all verify.
 */
export function createUnsubscribeTokens(keys: string): UnsubscribeTokens {
  const derived = keys
    .split(',')
    .map((key) =>
      Buffer.from(hkdfSync('sha256', Buffer.from(key.trim(), 'base64url'), '', 'unsubscribe', 32)),
    );
  const macOf = (body: string, key: Buffer) => createHmac('sha256', key).update(body).digest();
  return {
    sign: ({ userId, kind }) => {
      const body = Buffer.from(`${userId}:${kind}`).toString('base64url');
      return `${body}.${macOf(body, derived[0]!).toString('base64url')}`;
    },
    verify: (token) => {
      const [body, mac, ...more] = token.split('.');
      if (!body || !mac || more.length > 0) return;
      const given = Buffer.from(mac, 'base64url');
      const isOurs = derived.some((key) => {
        const good = macOf(body, key);
        return good.length === given.length && timingSafeEqual(good, given);
      });
      if (!isOurs) return;
      const [userId, kind] = Buffer.from(body, 'base64url').toString().split(':') as [string, string];
      return { userId: Number(userId), kind };
    },
  };
}
