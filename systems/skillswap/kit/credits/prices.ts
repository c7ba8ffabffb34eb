/** What of each transfer is the platform's, percent. */
const FEE_PERCENT = 5;

/** Largest number of credits in one movement; far below where integers of PostgreSQL or JavaScript end. */
export const MAX_CREDITS = 1_000_000;

/**
 * How a transfer is divided. The fee is rounded up to whole credits, so that none is without one; the provider gets the rest: fee and
 * provider's part are the amount, always.
 */
export function divided(amount: number): { fee: number; provider: number } {
  const fee = Math.ceil((amount * FEE_PERCENT) / 100);
  return { fee, provider: amount - fee };
}

/** Credits for a session, whole ones, rounded up. `hourlyRate` is in whole credits. */
export function sessionCredits(hourlyRate: number, minutes: number): number {
  return Math.ceil((hourlyRate * minutes) / 60);
}

/** What one credit costs in minor units of each currency (cents, pence). */
export const CREDIT_PRICE = { EUR: 100, USD: 110, GBP: 90 } as const;
export type Currency = keyof typeof CREDIT_PRICE;

/**
 * More credits for who buys many at once: from so many on, so many percent on top; the best that is reached counts. Never more than the fee of paying
 * somebody else with them takes, or two people who pay each other would be paid out more than they have bought for.
 */
export const BONUS_TIERS = [
  { from: 1000, percent: 5 },
  { from: 500, percent: 4 },
  { from: 100, percent: 3 },
  { from: 50, percent: 2 },
] as const;

/** What `amount` minor units buy: whole credits, rounded down, as is the bonus on top of them. */
export function purchasedCredits(amount: number, currency: Currency): { bought: number; bonus: number } {
  const bought = Math.floor(amount / CREDIT_PRICE[currency]);
  const percent = BONUS_TIERS.find(({ from }) => bought >= from)?.percent ?? 0;
  return { bought, bonus: Math.floor((bought * percent) / 100) };
}

/** What is paid out for `credits`, minor units: what they cost to buy. */
export function payoutAmount(credits: number, currency: Currency): number {
  return credits * CREDIT_PRICE[currency];
}
