import type { FromRows } from '@banyan/events';
import { contracts } from '../../contracts/payment.ts';

export { contracts };

type TransactionRow = {
  user_id: string | null;
  type: string;
  credits: number | string;
  session_id: string | null;
  created_at: Date;
};

/** What of the rows of one session each is, by its type. */
const PARTS: Record<string, 'PAYMENT' | 'EARNING' | 'FEE'> = {
  SESSION_PAYMENT: 'PAYMENT',
  SESSION_EARNING: 'EARNING',
  PLATFORM_FEE: 'FEE',
};

/** Such rows are made whole, and never change. */
function moved({ user_id: userId, type, credits, session_id: sessionId, created_at }: TransactionRow) {
  const part = PARTS[type];
  if (part === undefined || sessionId === null) return undefined;
  return {
    type: 'SessionCreditsKnown' as const,
    data: { sessionId, part, userId, credits: Math.abs(Number(credits)), movedAt: created_at.toISOString() },
  };
}

/**
 * What the monolith does with credits, by its `transactions`. It tells people of it by rows of `notifications`, so that it is not told again: only what
 * figures are made of is, by an event of its own.
 */
export const fromRows = {
  transactions: { insert: moved, exists: moved },
} satisfies FromRows<typeof contracts>;
