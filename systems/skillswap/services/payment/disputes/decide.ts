/** What a dispute does to the credits that were bought: pure. */
import type { DisputeState, Money } from '../purchases/provider.ts';

type Bought = Money & { bought: number; bonus: number };

/** As much of the credits, and of their bonus, as is contested of the money; rounded up, never more than there were. */
export function contestedCredits(
  { amount, bought, bonus }: Bought,
  contested: number,
): { bought: number; bonus: number } {
  const share = Math.min(1, Math.max(0, contested / amount));
  return { bought: Math.ceil(bought * share), bonus: Math.ceil(bonus * share) };
}

export type DisputeStep = 'take back' | 'give back' | 'close' | 'wait';

/**
 * Credits are taken back as soon as the bank takes the money, which is when the payer contests it; they are given back with it. Of what was refunded
 * before, or is none of ours, nothing is taken.
 */
export function nextDisputeStep(
  is: DisputeState['is'],
  known: { isTaken: boolean; isGivenBack: boolean; isRefunded: boolean },
): DisputeStep {
  if (is === 'won') return known.isTaken && !known.isGivenBack ? 'give back' : 'close';
  if (!known.isTaken && !known.isRefunded) return 'take back';
  return is === 'lost' ? 'close' : 'wait';
}
