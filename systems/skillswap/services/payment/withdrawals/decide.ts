/** When withdrawals are paid, and what becomes of them: pure. */
import type { PayoutState } from './method.ts';

const DAY_MS = 86_400_000;
/** Mondays at 6:00 UTC, when nobody has changed anything for a weekend. */
const PAYOUT_WEEKDAY = 1;
const PAYOUT_HOUR = 6;

/** The next time at which withdrawals are paid, after `now`. */
export function nextPayoutAt(now: Date): Date {
  const at = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), PAYOUT_HOUR);
  const days = (PAYOUT_WEEKDAY - now.getUTCDay() + 7) % 7;
  const next = new Date(at + days * DAY_MS);
  return next > now ? next : new Date(next.getTime() + 7 * DAY_MS);
}

/** The Monday (UTC) of a day's week, as `YYYY-MM-DD`. */
export function weekOf(day: Date): string {
  const monday = new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY_MS);
  return monday.toISOString().slice(0, 10);
}

export type WithdrawalStep =
  | { do: 'close' }
  /** The credits come back. */
  | { do: 'give back'; reason: string }
  | { do: 'wait' };

export function nextWithdrawalStep(payout: PayoutState): WithdrawalStep {
  if (payout.is === 'paid') return { do: 'close' };
  return payout.is === 'failed' ? { do: 'give back', reason: payout.reason } : { do: 'wait' };
}
