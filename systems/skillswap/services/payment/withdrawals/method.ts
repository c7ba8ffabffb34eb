import type { Money } from '../purchases/provider.ts';

export type MethodName = 'bank' | 'stripe';

export type PayoutState =
  /** It is on its way. */
  | { is: 'sent'; payoutId: string }
  | { is: 'paid'; payoutId: string }
  /** It was not paid, and never will be. */
  | { is: 'failed'; payoutId: string | null; reason: string };

type Payout = Money & {
  withdrawalId: string;
  /** Of who is paid by a connected account; else null. */
  accountId: string | null;
};

/**
 * A way in which withdrawals are paid. `send` pays each withdrawal once, however often it is asked for and however long after, and says what has become of it.
 * Throws `ProviderError` `UNREACHABLE` where nobody knows.
 */
export type PayoutMethod = {
  name: MethodName;
  send(payout: Payout): Promise<PayoutState>;
};
