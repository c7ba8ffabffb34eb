import type pg from 'pg';

/** What in a database contradicts what always holds of wallets, holds and transactions; empty if nothing does. */
export async function contradictions(pool: pg.Pool): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const [promise, sql] of Object.entries(BROKEN)) {
    const { rows } = await pool.query(sql);
    found.push(...rows.map((row) => ({ promise, ...row })));
  }
  return found;
}

/** By the promise: the rows that break it. */
const BROKEN = {
  'a balance is the sum of the completed transactions': `
    SELECT wallets.user_id, balance, coalesce(sum(credits), 0) AS sum
    FROM wallets LEFT JOIN transactions ON transactions.user_id = wallets.user_id AND status = 'COMPLETED'
    GROUP BY wallets.user_id HAVING balance <> coalesce(sum(credits), 0)`,
  'what is held is the sum of the open holds': `
    SELECT wallets.user_id, held, coalesce(sum(amount), 0) AS sum
    FROM wallets LEFT JOIN credit_holds ON credit_holds.user_id = wallets.user_id AND status = 'HELD'
    GROUP BY wallets.user_id HAVING held <> coalesce(sum(amount), 0)`,
  'no wallet is below zero': 'SELECT user_id FROM wallets WHERE held < 0 OR balance < held',
  'what a session moves is nothing in all': `
    SELECT session_id, sum(credits) FROM transactions WHERE session_id IS NOT NULL GROUP BY 1 HAVING sum(credits) <> 0`,
  'a hold is open exactly as long as its session, or what becomes of it is not settled': `
    SELECT sessions.id, state, credit_holds.status FROM sessions
    LEFT JOIN credit_holds ON session_id = sessions.id
    WHERE (credit_holds.status IS NOT DISTINCT FROM 'HELD')
      <> (state IN ('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS')
        OR EXISTS (SELECT FROM settlements WHERE settlements.session_id = sessions.id))`,
  'of a hold that is resolved, what was captured was paid': `
    SELECT session_id, captured FROM credit_holds WHERE status = 'RESOLVED' AND captured <> coalesce(
      (SELECT -credits FROM transactions WHERE session_id = credit_holds.session_id AND type = 'SESSION_PAYMENT'), 0)`,
  'ratings of a profile are those that were given': `
    SELECT user_id, rating_sum, rating_count FROM skill_profiles WHERE (rating_sum, rating_count) <> (
      SELECT coalesce(sum(stars), 0)::int, count(*)::int FROM ratings JOIN sessions ON sessions.id = session_id
      WHERE rated_id = user_id AND provider_id = user_id)`,
};
