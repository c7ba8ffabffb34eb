import { type Db, prepared } from '@banyan/postgres';
import type { Static } from 'typebox';
import type { PageQuery } from '../../../api/common.ts';
import type { Hold as HoldShown, Transaction } from '../../../api/credits.ts';
import { pageOf } from '../../../kit/pages.ts';

type Hold = Static<typeof HoldShown>;

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

/** One of them; undefined where nothing of it was theirs. */
export async function findTransaction(db: Db, owner: string, id: string): Promise<Transaction | undefined> {
  const { rows } = await db.query<Transaction>(
    prepared(
      `SELECT p.id, p.kind AS type, sum(e.amount)::float8 AS credits, p.reference, p.created_at AS "createdAt"
       FROM postings p JOIN entries e ON e.posting_id = p.id JOIN accounts a ON a.id = e.account_id
       WHERE p.id = $2 AND a.kind IN ('WALLET', 'DEBT') AND a.owner = $1 GROUP BY p.id`,
      [owner, id],
    ),
  );
  return rows[0];
}

/** What of somebody's is or was set aside, the newest first. */
export async function findHolds(db: Db, owner: string, page: PageQuery) {
  const text = `SELECT id, regexp_replace(coalesce(reference, ''), '^session:', '') AS "sessionId", amount::float8,
    CASE state WHEN 'ACTIVE' THEN NULL ELSE captured END::float8 AS captured, expires_at AS "expiresAt",
    created_at AS "createdAt" FROM holds WHERE owner = $1`;
  return await pageOf<Hold>(db, { text, values: [owner], order: 'created_at DESC, id' }, page);
}
