/** What people are shown of a posting, as the monolith would have written it: pure. */

import { v7 as newId } from 'uuid';
import type { Moved } from './decide.ts';

export type NewTransaction = {
  id: string;
  /** Null: the platform's own. */
  userId: string | null;
  type: string;
  credits: number;
  sessionId: string | null;
  reference: string | null;
};

type Posting = { id: string; kind: string; reference?: string | null };

/**
 * A row for each wallet in which it moved something; of a transfer the fee too. The first has the posting's id. Of purchases and withdrawals
 * there are none: those have a row from when they are asked for.
 */
export function transactionsOf(
  { id, kind, reference = null }: Posting,
  { lines, held }: Pick<Moved, 'lines' | 'held'>,
): NewTransaction[] {
  if (OF_MONEY.has(kind) && reference !== null) return [];
  const sessionId = reference?.match(SESSION)?.[1] ?? null;
  const isTransfer = kind === 'TRANSFER';
  const shown = lines.filter((line) => line.kind === 'WALLET' || (isTransfer && line.kind === 'FEES'));
  return shown.map((line, index) => ({
    id: index === 0 ? id : newId(),
    userId: line.kind === 'WALLET' ? line.owner : null,
    type: isTransfer ? typeOf(line, held?.owner) : kind,
    credits: line.amount,
    sessionId: isTransfer ? sessionId : null,
    reference: isTransfer && sessionId !== null ? null : reference,
  }));
}

const SESSION = /^session:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const OF_MONEY = new Set(['PURCHASE', 'BONUS', 'WITHDRAWAL']);

function typeOf({ kind, owner }: { kind: string; owner: string }, payer: string | undefined): string {
  if (kind === 'FEES') return 'PLATFORM_FEE';
  return owner === payer ? 'SESSION_PAYMENT' : 'SESSION_EARNING';
}
