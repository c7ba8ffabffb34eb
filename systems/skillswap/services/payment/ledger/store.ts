/** SQL of the ledger, by sets: of one thing or of many. Accounts are locked in one order, before anything of them is read. */
import { type Db, prepared, runWithNext } from '@banyan/postgres';
import type pg from 'pg';
import {
  type Account,
  type AccountName,
  type Hold,
  type Line,
  type Moved,
  nameOf,
  type OpenBooks,
  openBooks,
} from './decide.ts';
import { openBrought } from './opening.ts';
import { type NewTransaction, transactionsOf } from './transactions-of.ts';

type Tx = pg.PoolClient;

/** What a key was used for. */
export type Earlier = { id: string; fingerprint: string };

export type Asked = {
  names: readonly AccountName[];
  /** With the accounts of their owners. */
  holdIds: readonly string[];
  keys: { postings: readonly string[]; holds: readonly string[] };
  /** Postings of which it is to be known whether they are reversed. */
  reverses: readonly string[];
};

export type Known = {
  books: OpenBooks;
  holds: Map<string, Hold>;
  /** By key. */
  earlier: { postings: Map<string, Earlier>; holds: Map<string, Earlier> };
  reversed: Set<string>;
};

const LOCK = 'SELECT * FROM lock_books($1, $2, $3, $4, $5, $6, $7, $8)';

/** Null: none. */
type Found = {
  accounts: (Account & { brought: boolean })[] | null;
  holds: (Omit<Hold, 'expiresAt'> & { expiresAt: string })[] | null;
  postings: (Earlier & { key: string })[] | null;
  holdKeys: (Earlier & { key: string })[] | null;
  reversed: string[] | null;
};

/** Locks accounts, those of the holds' owners too, and reads what is known of them, of the holds and of the keys. */
export async function lock(tx: Tx, { names, holdIds, keys, reverses }: Asked): Promise<Known> {
  const ownersOf = (wanted: string) => names.flatMap(({ kind, owner }) => (kind === wanted ? owner : []));
  const platform = names.filter(({ kind }) => kind !== 'WALLET' && kind !== 'DEBT');
  const platforms = columnsOf(platform, ['kind', 'owner']);
  const rest = [holdIds, keys.postings, keys.holds, reverses];
  const read = async () => {
    const asked = [ownersOf('WALLET'), ownersOf('DEBT'), ...platforms, ...rest];
    const { rows } = await tx.query<Found>(prepared(LOCK, asked));
    return rows[0]!;
  };
  let found = await read();
  const brought = found.accounts?.filter((account) => account.brought) ?? [];
  if (brought.length > 0) {
    await openBrought(
      tx,
      brought.map(({ id }) => id),
    );
    found = await read();
  }
  const byKey = (used: Found['postings']) =>
    new Map(used?.map(({ key, id, fingerprint }) => [key, { id, fingerprint }]));
  return {
    books: openBooks(found.accounts ?? []),
    holds: new Map(found.holds?.map((hold) => [hold.id, { ...hold, expiresAt: new Date(hold.expiresAt) }])),
    earlier: { postings: byKey(found.postings), holds: byKey(found.holdKeys) },
    reversed: new Set(found.reversed),
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

export type NewHold = Pick<Hold, 'id' | 'owner' | 'amount' | 'reference' | 'expiresAt'> & {
  key: string;
  fingerprint: string;
};

export type EndedHold = Pick<Hold, 'id' | 'state' | 'captured'>;

/** A change of an account. Without a posting only what is held changes. */
type Change = { accountId: string; postingId: string | null; amount: number; held: number };

export type Writes = {
  changes: Change[];
  postings: NewPosting[];
  transactions: NewTransaction[];
  newHolds: NewHold[];
  endedHolds: EndedHold[];
};

export function noWrites(): Writes {
  return { changes: [], postings: [], transactions: [], newHolds: [], endedHolds: [] };
}

/** Adds what was decided of locked accounts. */
export function add(
  writes: Writes,
  books: OpenBooks,
  { lines, held }: Moved,
  { posting, newHold, endedHold }: { posting?: NewPosting; newHold?: NewHold; endedHold?: EndedHold },
): void {
  const idOf = (name: AccountName) => books.get(name)!.id;
  if (posting) {
    writes.postings.push(posting);
    writes.transactions.push(...transactionsOf(posting, { lines, held }));
  }
  if (newHold) writes.newHolds.push(newHold);
  if (endedHold) writes.endedHolds.push(endedHold);
  for (const line of lines)
    writes.changes.push({ accountId: idOf(line), postingId: posting!.id, amount: line.amount, held: 0 });
  if (held) {
    const accountId = idOf({ kind: 'WALLET', owner: held.owner });
    writes.changes.push({ accountId, postingId: null, amount: 0, held: held.by });
  }
}

const INSERT_POSTINGS = `
  INSERT INTO postings (id, kind, key, fingerprint, reference, hold_id, reverses)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[])`;

const INSERT_TRANSACTIONS = `
  INSERT INTO transactions (id, user_id, type, status, credits, session_id, reference)
  SELECT id, user_id, type, 'COMPLETED', credits, session_id, reference
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::text[])
    AS made (id, user_id, type, credits, session_id, reference)`;

const INSERT_HOLDS = `
  INSERT INTO holds (id, owner, amount, key, fingerprint, reference, expires_at)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])`;

const END_HOLDS = `
  UPDATE holds SET state = by.state, captured = by.captured, ended_at = now()
  FROM unnest((SELECT $1::uuid[]), (SELECT $2::text[]), (SELECT $3::bigint[])) AS by (id, state, captured)
  WHERE holds.id = by.id AND holds.id = ANY ((SELECT $1)::uuid[])`;

// Entries are made of the accounts as they are after it, from the newest back: no other balance can be written.
const MOVE = `
  WITH change AS (
    SELECT * FROM unnest((SELECT $1::bigint[]), (SELECT $2::uuid[]), (SELECT $3::bigint[]), (SELECT $4::bigint[]))
      WITH ORDINALITY AS change (account_id, posting_id, amount, held, at)
  ), moved AS (
    UPDATE accounts SET balance = accounts.balance + by.amount, posted = accounts.posted + by.amount,
      held = accounts.held + by.held, version = accounts.version + by.entries
    FROM (
      SELECT account_id, sum(amount)::bigint AS amount, sum(held)::bigint AS held, count(posting_id) AS entries
      FROM change GROUP BY account_id
    ) AS by
    WHERE accounts.id = by.account_id AND accounts.id = ANY ((SELECT $1)::bigint[])
    RETURNING accounts.id, accounts.version, accounts.balance
  )
  INSERT INTO entries (account_id, version, posting_id, amount, balance)
  SELECT account_id, moved.version - count(*) OVER later + 1, posting_id, amount,
    moved.balance - sum(amount) OVER later + amount
  FROM change JOIN moved ON moved.id = account_id WHERE posting_id IS NOT NULL
  WINDOW later AS (PARTITION BY account_id ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)`;

/** Writes all that was added: sent with the next statement, at the latest with COMMIT. */
export async function write(
  tx: Tx,
  { changes, postings, transactions, newHolds, endedHolds }: Writes,
): Promise<void> {
  if (newHolds.length > 0) {
    const names = ['id', 'owner', 'amount', 'key', 'fingerprint', 'reference', 'expiresAt'] as const;
    await runWithNext(tx, prepared(INSERT_HOLDS, columnsOf(newHolds, names)));
  }
  if (endedHolds.length > 0)
    await runWithNext(tx, prepared(END_HOLDS, columnsOf(endedHolds, ['id', 'state', 'captured'])));
  if (postings.length > 0) {
    const names = ['id', 'kind', 'key', 'fingerprint', 'reference', 'holdId', 'reverses'] as const;
    await runWithNext(tx, prepared(INSERT_POSTINGS, columnsOf(postings, names)));
  }
  if (transactions.length > 0) {
    const names = ['id', 'userId', 'type', 'credits', 'sessionId', 'reference'] as const;
    await runWithNext(tx, prepared(INSERT_TRANSACTIONS, columnsOf(transactions, names)));
  }
  if (changes.length > 0)
    await runWithNext(tx, prepared(MOVE, columnsOf(changes, ['accountId', 'postingId', 'amount', 'held'])));
}

/** One array for each column, as `unnest` takes them. */
function columnsOf<T>(rows: readonly T[], names: readonly (keyof T)[]): unknown[][] {
  return names.map((name) => rows.map((row) => row[name] ?? null));
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
