/** What the ledger says of a year and of months. */
import type { Db } from '@banyan/postgres';
import type { Static } from 'typebox';
import type { RevenueShare, TaxDocument } from '../../../api/payments.ts';
import { reportingOf } from './tax-rules.ts';

/** A transfer that was undone counts in the time in which it was undone. */
const TRANSFERS = `
  SELECT p.id, p.created_at, coalesce(original.hold_id, p.hold_id) AS hold_id, CASE WHEN p.reverses IS NULL THEN 1 ELSE -1 END AS sign
  FROM postings p LEFT JOIN postings original ON original.id = p.reverses
  WHERE coalesce(original.kind, p.kind) = 'TRANSFER'`;

/** Of somebody, in a calendar year (UTC). `country`: of their payee. */
export async function taxDocument(
  db: Db,
  { userId, year, country }: { userId: string; year: number; country: string | null },
): Promise<Static<typeof TaxDocument>> {
  const [from, to] = [new Date(Date.UTC(year, 0)), new Date(Date.UTC(year + 1, 0))];
  // What pays a debt is earned too.
  const { rows } = await db.query<{ sessions: number; net: number; fees: number }>(
    `WITH mine AS (
       SELECT t.id, t.sign, sum(e.amount) AS net FROM (${TRANSFERS}) t
         JOIN entries e ON e.posting_id = t.id JOIN accounts a ON a.id = e.account_id
       WHERE a.kind IN ('WALLET', 'DEBT') AND a.owner = $1 AND t.created_at >= $2 AND t.created_at < $3
       GROUP BY t.id, t.sign HAVING sum(e.amount) * t.sign > 0
     )
     SELECT coalesce(sum(sign), 0)::int AS sessions, coalesce(sum(net), 0)::float8 AS net,
       coalesce(sum(f.amount), 0)::float8 AS fees
     FROM mine LEFT JOIN LATERAL (
       SELECT sum(e.amount) AS amount FROM entries e JOIN accounts a ON a.id = e.account_id
       WHERE e.posting_id = mine.id AND a.kind = 'FEES'
     ) f ON true`,
    [userId, from, to],
  );
  const { rows: paidOut } = await db.query<{ currency: string; amount: number }>(
    `SELECT currency, sum(amount)::float8 AS amount FROM withdrawals
     WHERE user_id = $1 AND state = 'PAID' AND paid_at >= $2 AND paid_at < $3 GROUP BY currency ORDER BY currency`,
    [userId, from, to],
  );
  const { sessions, net, fees: feeCredits } = rows[0]!;
  const earnedCredits = net + feeCredits;
  return {
    ...{ year, userId, country, sessions, earnedCredits, feeCredits, paidOut },
    ...reportingOf(country, { sessions, credits: earnedCredits }),
  };
}

/** By months (UTC), `YYYY-MM`; those without a transfer are left out. */
export async function revenueShare(
  db: Db,
  { from, to }: { from: string; to: string },
): Promise<Static<typeof RevenueShare>[]> {
  const { rows } = await db.query<Static<typeof RevenueShare>>(
    `SELECT to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, sum(t.sign)::int AS transfers,
       sum(t.sign * h.captured)::float8 AS credits, sum(f.fee)::float8 AS platform,
       (sum(t.sign * h.captured) - sum(f.fee))::float8 AS providers
     FROM (${TRANSFERS}) t JOIN holds h ON h.id = t.hold_id JOIN LATERAL (
       SELECT coalesce(sum(e.amount), 0) AS fee FROM entries e JOIN accounts a ON a.id = e.account_id
       WHERE e.posting_id = t.id AND a.kind = 'FEES'
     ) f ON true
     WHERE t.created_at >= ($1 || '-01')::timestamp AT TIME ZONE 'UTC'
       AND t.created_at < (($2 || '-01')::timestamp + interval '1 month') AT TIME ZONE 'UTC'
     GROUP BY 1 ORDER BY 1`,
    [from, to],
  );
  return rows;
}
