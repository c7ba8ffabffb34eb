/** What links bring from the monolith becomes part of the books before anything moves in them. */
import { prepared } from '@banyan/postgres';
import type pg from 'pg';

/**
 * An entry for the difference between what a link has brought and what entries say, against an `OPENING` account, and nothing where there is none. By sets;
 * the wallets are locked by the caller. The platform's account is the last to be locked: whoever waits for it keeps nobody from whom it would wait.
 */
const OPEN = `
  WITH due AS (
    SELECT id, owner, balance, balance - posted AS amount, version + 1 AS version, row_number() OVER (ORDER BY id) AS at
    FROM wallets WHERE id = ANY ((SELECT $1)::bigint[]) AND brought AND balance <> posted
  ), said AS (
    UPDATE wallets SET posted = balance, version = version + (balance <> posted)::int, brought = false
    WHERE id = ANY ((SELECT $1)::bigint[]) AND brought
  ), made AS (
    INSERT INTO postings (id, kind, key, fingerprint)
    SELECT gen_random_uuid(), 'OPENING', 'opening:' || owner || ':' || version, '' FROM due RETURNING id, key
  ), platform AS (
    UPDATE accounts SET balance = accounts.balance - all_of.amount, posted = accounts.posted - all_of.amount,
      version = accounts.version + all_of.count
    FROM (SELECT sum(amount)::bigint AS amount, count(*) FROM due) AS all_of
    WHERE kind = 'OPENING' AND accounts.owner = $2 AND all_of.count > 0
    RETURNING accounts.id, accounts.version, accounts.balance
  ), each AS (
    SELECT due.*, made.id AS posting_id FROM due JOIN made ON made.key = 'opening:' || owner || ':' || due.version
  )
  INSERT INTO entries (account_id, version, posting_id, amount, balance)
  SELECT id, version, posting_id, amount, balance FROM each
  UNION ALL
  SELECT platform.id, platform.version - (SELECT count(*) FROM each) + at, posting_id, -amount,
    platform.balance + sum(amount) OVER (ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) - amount
  FROM each, platform`;

/** Opens locked wallets, by their ids. */
export async function openBrought(tx: pg.PoolClient, ids: readonly string[]): Promise<void> {
  await tx.query(prepared(OPEN, [ids, openingAccount()]));
}

/**
 * Opens the next wallets that were brought; the number of them. For whoever is the only one to write them: while the monolith does, each of
 * its changes would have an entry of its own here.
 */
export async function openSome(tx: pg.PoolClient, most: number): Promise<number> {
  const { rows } = await tx.query<{ id: string }>(
    prepared(
      'SELECT id::text FROM wallets WHERE id IN (SELECT id FROM wallets WHERE brought LIMIT $1) ORDER BY owner FOR NO KEY UPDATE',
      [most],
    ),
  );
  if (rows.length > 0)
    await openBrought(
      tx,
      rows.map(({ id }) => id),
    );
  return rows.length;
}

/** By chance, so that those who open at the same time seldom wait for one another. */
function openingAccount(): string {
  return `00000000-0000-0000-0000-00000000000${Math.floor(Math.random() * 16).toString(16)}`;
}
