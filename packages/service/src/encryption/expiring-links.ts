import type { Signatures } from './signatures.ts';

/** Links that are good for what they were made for, without a login, until a time: that is signed with it. */
export type ExpiringLinks = {
  /** What such a link has behind its `?`. `expires`: Unix seconds. */
  queryOf(what: string, expires: number): string;
  isGood(what: string, query: { expires: number; signature: string }, now: Date): boolean;
};

/** `what` names one thing in one state, and how it may be asked for: with any other the link is not good. */
export function expiringLinks(signatures: Signatures): ExpiringLinks {
  const textOf = (what: string, expires: number) => `${what} ${expires}`;
  return {
    queryOf: (what, expires) => `expires=${expires}&signature=${signatures.sign(textOf(what, expires))}`,
    isGood: (what, { expires, signature }, now) =>
      signatures.isOurs(textOf(what, expires), signature) && now.getTime() < expires * 1_000,
  };
}
