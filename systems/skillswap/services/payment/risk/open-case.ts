/** What somebody has to look at. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Reason } from './fraud.ts';

/** `PAYMENT`: whether somebody was charged, and by which payment, only a person can find out. */
export type CaseKind = 'FRAUD' | 'LAUNDERING' | 'PAYMENT';

/** One for each thing; what is found later is added to it, and it is open again. */
export async function openCase(
  tx: pg.PoolClient,
  { kind, userId, subject, reasons }: { kind: CaseKind; userId: string; subject: string; reasons: Reason[] },
): Promise<void> {
  await tx.query(
    `INSERT INTO cases (id, kind, user_id, subject, reasons) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (subject) DO UPDATE SET kind = excluded.kind, reasons = cases.reasons || excluded.reasons, state = 'OPEN',
       closed_at = NULL`,
    [randomUUID(), kind, userId, subject, JSON.stringify(reasons)],
  );
}
