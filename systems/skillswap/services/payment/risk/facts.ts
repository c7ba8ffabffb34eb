/** What is known of somebody, when they buy or withdraw. */
import type pg from 'pg';
import type { PurchaseFacts } from './fraud.ts';
import type { WithdrawalFacts } from './laundering.ts';

type Tx = pg.PoolClient;

/** What one person does at once is judged one after the other. */
export async function oneByOne(tx: Tx, userId: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('risk ' || $1, 0))`, [userId]);
}

/** Without the purchase of that id. */
export async function purchaseFacts(
  tx: Tx,
  { id, userId, bought: credits }: { id: string; userId: string; bought: number },
  country: string | null,
  now: Date,
): Promise<PurchaseFacts> {
  const { rows } = await tx.query(
    `SELECT count(*) FILTER (WHERE created_at > $3::timestamptz - interval '1 hour')::int AS hour,
       count(*) FILTER (WHERE created_at > $3::timestamptz - interval '1 hour' AND state = 'FAILED')::int AS refused,
       count(*) FILTER (WHERE created_at > $3::timestamptz - interval '1 day')::int AS day,
       coalesce(sum(bought) FILTER (WHERE created_at > $3::timestamptz - interval '1 day' AND state <> 'FAILED'), 0)::int AS credits,
       coalesce(array_agg(DISTINCT country) FILTER (WHERE state = 'PAID' AND country IS NOT NULL), '{}') AS countries,
       (SELECT min(created_at) FROM accounts WHERE kind = 'WALLET' AND owner = $1) AS since
     FROM purchases WHERE user_id = $1 AND id <> $2`,
    [userId, id, now],
  );
  const { hour, refused, day, credits: lastDay, countries, since } = rows[0];
  return {
    credits,
    country,
    knownForMs: since === null ? 0 : now.getTime() - since.getTime(),
    paidFrom: countries,
    lastHour: { made: hour, refused },
    lastDay: { made: day, credits: lastDay },
  };
}

/** Without the withdrawal of that id. */
export async function withdrawalFacts(
  tx: Tx,
  { id, userId, credits }: { id: string; userId: string; credits: number },
  now: Date,
): Promise<WithdrawalFacts> {
  const { rows: others } = await tx.query<{ credits: number; recent: boolean }>(
    `SELECT credits, created_at > $3::timestamptz - interval '7 days' AS recent FROM withdrawals
     WHERE user_id = $1 AND id <> $2 AND state <> 'FAILED' AND created_at > $3::timestamptz - interval '30 days'`,
    [userId, id, now],
  );
  // By whose hold it was.
  const { rows: earned } = await tx.query(
    `WITH paid AS (
       SELECT h.owner AS payer, e.amount, p.created_at > $2::timestamptz - interval '1 day' AS recent
       FROM accounts a JOIN entries e ON e.account_id = a.id JOIN postings p ON p.id = e.posting_id
         JOIN holds h ON h.id = p.hold_id
       WHERE a.kind = 'WALLET' AND a.owner = $1 AND e.amount > 0 AND p.created_at > $2::timestamptz - interval '30 days'
     ), by_payer AS (
       SELECT payer, sum(amount) AS credits, sum(amount) FILTER (WHERE recent) AS recent FROM paid GROUP BY payer
     )
     SELECT coalesce(sum(credits), 0)::float8 AS credits, coalesce(max(credits), 0)::float8 AS most,
       coalesce(sum(recent), 0)::float8 AS recent, count(recent)::int AS payers
     FROM by_payer`,
    [userId, now],
  );
  const { credits: all, most, recent, payers } = earned[0];
  return {
    credits,
    lastWeek: others.filter((one) => one.recent).map((one) => one.credits),
    lastMonth: others.map((one) => one.credits),
    earned: {
      lastDay: { payers, credits: recent },
      lastMonth: { credits: all, mostOfOne: most },
    },
  };
}
