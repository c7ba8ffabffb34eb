/** SQL of the ledger. Accounts are locked in the order of their ids, before anything of them is read. */
import { type Db, prepared, runWithNext } from '@banyan/postgres';
import type pg from 'pg';
import type { Account, AccountName, Books, Hold, Line, Moved } from './decide.ts';
import { nameOf } from './decide.ts';

type Tx = pg.PoolClient;

/** What a key was used for. */
export type Earlier = { id: string; fingerprint: string };

export type Known = { books: Books; hold?: Hold; earlier?: Earlier };

// Arrays by a subquery: so the plan does not depend on how long they are, and is made once.
const WANTED = `
  SELECT * FROM unnest((SELECT $1::text[]), (SELECT $2::uuid[]))
  UNION SELECT kind, owner FROM holds, unnest(ARRAY['WALLET', 'DEBT']) AS kind WHERE holds.id = $3`;

// By LIMIT each account is looked up by itself: however few there were when the plan was made, it is not one that reads them all.
const ACCOUNTS = `
  (${WANTED}) AS wanted (kind, owner),
  LATERAL (SELECT * FROM accounts WHERE kind = wanted.kind AND owner = wanted.owner LIMIT 1) AS a`;

const LOCK = `SELECT FROM accounts WHERE id = ANY (ARRAY(SELECT a.id FROM ${ACCOUNTS})) ORDER BY id FOR NO KEY UPDATE`;

// A statement of its own: it sees what was committed while the one before waited.
const read = (earlier: 'postings' | 'holds') => `
  SELECT a.id, a.kind, a.owner, a.balance::float8, a.held::float8, a.version::float8, a.stopped,
    h.id AS hold_id, h.owner AS hold_owner, h.amount::float8 AS hold_amount, h.captured::float8 AS hold_captured,
    h.state AS hold_state, h.reference AS hold_reference, h.expires_at AS hold_expires_at,
    e.id AS earlier_id, e.fingerprint AS earlier_fingerprint
  FROM (SELECT) AS one
    LEFT JOIN holds h ON h.id = $3
    LEFT JOIN ${earlier} e ON e.key = $4
    LEFT JOIN (SELECT a.* FROM ${ACCOUNTS}) a ON true`;

const READ = { postings: read('postings'), holds: read('holds') };

/** Locks accounts, those of the hold's owner too, and reads what is known of them, of the hold and of the key. */
export async function lock(
  tx: Tx,
  names: readonly AccountName[],
  { holdId = null, key, of }: { holdId?: string | null; key: string; of: 'postings' | 'holds' },
): Promise<Known> {
  const wanted = [names.map(({ kind }) => kind), names.map(({ owner }) => owner), holdId];
  await runWithNext(tx, prepared(LOCK, wanted));
  const { rows } = await tx.query(prepared(READ[of], [...wanted, key]));
  const books = new Map<string, Account>();
  for (const row of rows) {
    if (row.id === null) continue;
    const { id, kind, owner, balance, held, version, stopped } = row;
    books.set(nameOf(row), { id, kind, owner, balance, held, version, stopped });
  }
  const [row] = rows;
  return {
    books: { get: (name) => books.get(nameOf(name)) },
    ...(row.hold_id !== null && {
      hold: {
        id: row.hold_id,
        owner: row.hold_owner,
        amount: row.hold_amount,
        captured: row.hold_captured,
        state: row.hold_state,
        reference: row.hold_reference,
        expiresAt: row.hold_expires_at,
      },
    }),
    ...(row.earlier_id !== null && { earlier: { id: row.earlier_id, fingerprint: row.earlier_fingerprint } }),
  };
}

export type NewPosting = {
  id: string;
  kind: string;
  key: string;
  fingerprint: string;
  reference?: string | null;
  holdId?: string | null;
  reverses?: string | null;
};

const INSERT_POSTING = `
  INSERT INTO postings (id, kind, key, fingerprint, reference, hold_id, reverses) VALUES ($1, $2, $3, $4, $5, $6, $7)`;

// Entries are made of the accounts as they are after it: no other balance can be written.
const MOVE = `
  WITH moved AS (
    UPDATE accounts SET balance = accounts.balance + by.amount, held = accounts.held + by.held,
      version = accounts.version + CASE by.amount WHEN 0 THEN 0 ELSE 1 END
    FROM unnest((SELECT $2::bigint[]), (SELECT $3::bigint[]), (SELECT $4::bigint[])) AS by (id, amount, held)
    WHERE accounts.id = by.id AND accounts.id = ANY ((SELECT $2)::bigint[])
    RETURNING accounts.id, accounts.version, by.amount, accounts.balance
  )
  INSERT INTO entries (account_id, version, posting_id, amount, balance)
  SELECT id, version, $1::uuid, amount, balance FROM moved WHERE amount <> 0`;

/** Writes what was decided of locked accounts: sent with the next statement, at the latest with COMMIT. */
export async function write(
  tx: Tx,
  books: Books,
  { lines, held }: Moved,
  posting: NewPosting | undefined,
): Promise<void> {
  if (posting && lines.length > 0) {
    const { id, kind, key, fingerprint, reference = null, holdId = null, reverses = null } = posting;
    await runWithNext(
      tx,
      prepared(INSERT_POSTING, [id, kind, key, fingerprint, reference, holdId, reverses]),
    );
  }
  const changes = lines.map((line) => ({ id: books.get(line)!.id, amount: line.amount, held: 0 }));
  if (held) {
    const { id } = books.get({ kind: 'WALLET', owner: held.owner })!;
    const same = changes.find((change) => change.id === id);
    if (same) same.held = held.by;
    else changes.push({ id, amount: 0, held: held.by });
  }
  await runWithNext(
    tx,
    prepared(MOVE, [
      posting?.id ?? null,
      changes.map(({ id }) => id),
      changes.map(({ amount }) => amount),
      changes.map(({ held }) => held),
    ]),
  );
}

export type NewHold = Pick<Hold, 'id' | 'owner' | 'amount' | 'reference' | 'expiresAt'> & {
  key: string;
  fingerprint: string;
};

export async function insertHold(tx: Tx, hold: NewHold): Promise<void> {
  const { id, owner, amount, key, fingerprint, reference, expiresAt } = hold;
  await runWithNext(
    tx,
    prepared(
      `INSERT INTO holds (id, owner, amount, key, fingerprint, reference, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, owner, amount, key, fingerprint, reference, expiresAt],
    ),
  );
}

export async function endHold(tx: Tx, { id, state, captured }: Pick<Hold, 'id' | 'state' | 'captured'>) {
  await runWithNext(
    tx,
    prepared('UPDATE holds SET state = $2, captured = $3, ended_at = now() WHERE id = $1', [
      id,
      state,
      captured,
    ]),
  );
}

const HOLD = `id, owner, amount::float8, captured::float8, state, reference, expires_at AS "expiresAt"`;

export async function findHold(db: Db | Tx, id: string): Promise<Hold | undefined> {
  const { rows } = await db.query<Hold>(prepared(`SELECT ${HOLD} FROM holds WHERE id = $1`, [id]));
  return rows[0];
}

/** Holds that are over, the oldest first; not those of wallets in which nothing moves. */
export async function overdueHolds(db: Db, most: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM holds WHERE state = 'ACTIVE' AND expires_at <= now()
       AND NOT EXISTS (SELECT FROM accounts WHERE kind IN ('WALLET', 'DEBT') AND owner = holds.owner AND stopped IS NOT NULL)
     ORDER BY expires_at LIMIT $1`,
    [most],
  );
  return rows.map(({ id }) => id);
}

export async function linesOf(db: Db | Tx, postingId: string): Promise<Line[]> {
  const { rows } = await db.query<Line>(
    prepared(
      `SELECT kind, owner, amount::float8 FROM entries JOIN accounts ON id = account_id
       WHERE posting_id = $1 ORDER BY account_id`,
      [postingId],
    ),
  );
  return rows;
}

export type Posting = { id: string; kind: string; reference: string | null; reverses: string | null };

export async function findPosting(db: Db | Tx, id: string): Promise<Posting | undefined> {
  const { rows } = await db.query<Posting>(
    'SELECT id, kind, reference, reverses FROM postings WHERE id = $1',
    [id],
  );
  return rows[0];
}

/** The id of what was posted for a key. */
export async function postingOf(db: Db | Tx, key: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(prepared('SELECT id FROM postings WHERE key = $1', [key]));
  return rows[0]?.id;
}

export async function isReversed(db: Db | Tx, id: string): Promise<boolean> {
  const { rowCount } = await db.query('SELECT FROM postings WHERE reverses = $1', [id]);
  return rowCount === 1;
}

/** Makes those of the accounts that are not there. By itself, in an order that is always the same: whoever makes some too waits and goes on. */
export async function openAccounts(db: Db | Tx, names: readonly AccountName[]): Promise<void> {
  const sorted = names.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  await db.query(
    prepared(
      `INSERT INTO accounts (kind, owner) SELECT * FROM unnest($1::text[], $2::uuid[])
       ON CONFLICT (kind, owner) DO NOTHING`,
      [sorted.map(({ kind }) => kind), sorted.map(({ owner }) => owner)],
    ),
  );
}

export type Wallet = { balance: number; held: number; debt: number; stopped: string | null };

/** Of somebody who has none: an empty one. */
export async function findWallet(db: Db | Tx, owner: string): Promise<Wallet> {
  const { rows } = await db.query<Wallet>(
    prepared(
      `SELECT coalesce(w.balance, 0)::float8 AS balance, coalesce(w.held, 0)::float8 AS held,
         (-coalesce(d.balance, 0))::float8 AS debt, coalesce(w.stopped, d.stopped) AS stopped
       FROM (SELECT) AS one
         LEFT JOIN accounts w ON w.kind = 'WALLET' AND w.owner = $1
         LEFT JOIN accounts d ON d.kind = 'DEBT' AND d.owner = $1`,
      [owner],
    ),
  );
  return rows[0]!;
}
