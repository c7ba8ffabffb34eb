import { type Db, prepared } from '@banyan/postgres';
import type { Transaction } from '../../../api/credits.ts';

/** What moved in somebody's wallet, the newest first: the page, and how many there are. */
export async function findTransactions(
  db: Db,
  owner: string,
  { page, size }: { page: number; size: number },
): Promise<{ content: Transaction[]; total: number }> {
  // What is owed is part of the wallet: one posting that pays it is one transaction.
  const { rows } = await db.query(
    prepared(
      `WITH mine AS (
         SELECT posting_id, sum(amount)::float8 AS credits FROM entries
         WHERE account_id IN (SELECT id FROM accounts WHERE kind IN ('WALLET', 'DEBT') AND owner = $1)
         GROUP BY posting_id
       )
       SELECT p.id, p.kind AS type, mine.credits, p.reference, p.created_at AS "createdAt", count(*) OVER ()::int AS total
       FROM mine JOIN postings p ON p.id = posting_id
       ORDER BY p.created_at DESC, p.id OFFSET $2 LIMIT $3`,
      [owner, page * size, size],
    ),
  );
  if (rows.length === 0 && page > 0)
    return { content: [], total: (await findTransactions(db, owner, { page: 0, size: 1 })).total };
  return { content: rows.map(({ total: _total, ...row }) => row), total: rows[0]?.total ?? 0 };
}
