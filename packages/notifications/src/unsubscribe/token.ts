import { createSignatures } from '@banyan/service';
import type { PeopleSystem, UserId } from '../system.ts';

/** Whose e-mails of what kind a link ends. */
type Unsubscription = { userId: UserId; kind: string };

export type UnsubscribeTokens = {
  sign(what: Unsubscription): string;
  /** Undefined if it is none of ours. */
  verify(token: string): Unsubscription | undefined;
};

/**
 * Whoever has the link may end what it names, without a login, and nothing else. Links never expire: people use old mails. `keys` as ENCRYPTION_KEYS
 * has them: the first signs, all verify.
 */
export function createUnsubscribeTokens(
  keys: string,
  { idType }: Pick<PeopleSystem, 'idType'>,
): UnsubscribeTokens {
  const signatures = createSignatures(keys, 'unsubscribe');
  return {
    sign: ({ userId, kind }) => {
      const body = Buffer.from(`${userId}:${kind}`).toString('base64url');
      return `${body}.${signatures.sign(body)}`;
    },
    verify: (token) => {
      const [body, mac, ...more] = token.split('.');
      if (!body || !mac || more.length > 0 || !signatures.isOurs(body, mac)) return;
      const [userId, kind] = Buffer.from(body, 'base64url').toString().split(':') as [string, string];
      return { userId: idType === 'integer' ? Number(userId) : userId, kind };
    },
  };
}
