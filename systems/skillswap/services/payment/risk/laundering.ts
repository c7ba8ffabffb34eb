/** Whether a withdrawal looks like laundered money: pure. What is found has it looked at by somebody first. */
import type { Reason } from './fraud.ts';

/** Credits; the measure in every currency. */
export const LIMITS = { once: 2_000, month: 10_000 } as const;

/** Just below a limit begins here, of it. */
const JUST_BELOW = 0.8;
const STRUCTURED = 3;
const MANY_PAYERS = 20;
/** Who has earned less is no matter. */
const WORTH_A_LOOK = 500;
const MOST_OF_IT = 0.9;

export type WithdrawalFacts = {
  credits: number;
  /** The person's others that were not given back. */
  lastWeek: readonly number[];
  lastMonth: readonly number[];
  /** Of what came in by transfers. */
  earned: {
    lastDay: { payers: number; credits: number };
    lastMonth: { credits: number; mostOfOne: number };
  };
};

/** Why somebody has to look at it; empty: nothing is found. */
export function suspicionsOf({ credits, lastWeek, lastMonth, earned }: WithdrawalFacts): Reason[] {
  const reasons: Reason[] = [];
  const found = (rule: string, isSo: boolean, detail: string) => isSo && reasons.push({ rule, detail });
  const month = sumOf(lastMonth) + credits;
  found('LIMIT', credits >= LIMITS.once, `${credits} credits at once`);
  found('LIMIT_MONTH', month >= LIMITS.month, `${month} credits in 30 days`);
  const below = [...lastWeek, credits].filter((one) => one < LIMITS.once && one >= LIMITS.once * JUST_BELOW);
  found('STRUCTURING', below.length >= STRUCTURED, `${below.length} just below ${LIMITS.once} in a week`);
  const { lastDay } = earned;
  found('MANY_TO_ONE', lastDay.payers >= MANY_PAYERS, `${lastDay.payers} people have paid in a day`);
  const all = earned.lastMonth;
  found(
    'ONE_PAYER',
    all.credits >= WORTH_A_LOOK && all.mostOfOne >= all.credits * MOST_OF_IT,
    `${all.mostOfOne} of ${all.credits} credits come from one person`,
  );
  found(
    'PASSED_THROUGH',
    credits >= WORTH_A_LOOK && lastDay.credits >= credits * MOST_OF_IT,
    `${lastDay.credits} credits came in the day before`,
  );
  return reasons;
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, one) => sum + one, 0);
}
