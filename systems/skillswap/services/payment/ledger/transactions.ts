import { type Db, prepared, type Queryable } from '@banyan/postgres';
import type { Static } from 'typebox';
import type { PageQuery } from '../../../api/common.ts';
import type { Hold as HoldShown, Transaction } from '../../../api/credits.ts';
import { pageOf } from '../../../kit/pages.ts';

type Hold = Static<typeof HoldShown>;

/** What moved in somebody's wallet, the newest first. */
export async function findTransactions(db: Db, owner: string, page: PageQuery) {
  const text = `${TRANSACTIONS} AND user_id = $1`;
  return await pageOf<Transaction>(db, { text, values: [owner], order: 'created_at DESC, id DESC' }, page);
}

/** One of them; undefined where it was not theirs. */
export async function findTransaction(
  db: Queryable,
  owner: string,
  id: string,
): Promise<Transaction | undefined> {
  const { rows } = await db.query<Transaction>(
    prepared(`${TRANSACTIONS} AND user_id = $1 AND id = $2`, [owner, id]),
  );
  return rows[0];
}

const TRANSACTIONS = `SELECT id, type, credits::float8, coalesce('session:' || session_id, reference) AS reference,
  created_at AS "createdAt" FROM transactions WHERE status = 'COMPLETED'`;

/** What of somebody's is or was set aside, the newest first. */
export async function findHolds(db: Db, owner: string, page: PageQuery) {
  const text = `SELECT id, regexp_replace(coalesce(reference, ''), '^session:', '') AS "sessionId", amount::float8,
    CASE state WHEN 'ACTIVE' THEN NULL ELSE captured END::float8 AS captured, expires_at AS "expiresAt",
    created_at AS "createdAt" FROM holds WHERE owner = $1`;
  return await pageOf<Hold>(db, { text, values: [owner], order: 'created_at DESC, id' }, page);
}
