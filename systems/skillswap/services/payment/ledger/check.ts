/** Whether the books are right: looks at each account again and again, at what is new in it since the last time. */
import { type Db, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { AccountName } from './decide.ts';

/** An account as it is, and what its entries and holds say of it, in one moment. */
type Examined = AccountName & {
  id: string;
  balance: number;
  held: number;
  posted: number;
  version: number;
  /** By a link: what it says besides its entries is the monolith's to answer for. */
  brought: boolean;
  stopped: string | null;
  /** As far as it was right before. */
  checked: { version: number; balance: number };
  entries: { count: number; sum: number; newest: number; broken: number };
  holds: number;
};

type Invariant = 'BALANCE' | 'CHAIN' | 'HOLDS' | 'NEGATIVE' | 'DEBT';
type Violation = { invariant: Invariant; expected: number; found: number };

/** What is wrong with an account: pure. */
function violationsOf(account: Examined): Violation[] {
  const { kind, balance, held, posted, version, brought, checked, entries, holds } = account;
  const violations: Violation[] = [];
  const demand = (invariant: Invariant, expected: number, found: number, holdsTrue = expected === found) => {
    if (!holdsTrue) violations.push({ invariant, expected, found });
  };
  demand('BALANCE', checked.balance + entries.sum, posted);
  demand('CHAIN', version - checked.version, entries.count);
  demand('CHAIN', version, Math.max(entries.newest, checked.version));
  demand('CHAIN', 0, entries.broken);
  if (brought) return violations;
  demand('BALANCE', posted, balance);
  if (kind === 'WALLET') {
    demand('HOLDS', holds, held);
    demand('NEGATIVE', Math.max(balance, held), balance);
    demand('NEGATIVE', Math.max(held, 0), held);
  }
  if (kind === 'DEBT') demand('DEBT', Math.min(balance, 0), balance);
  return violations;
}

const EXAMINE = `
  SELECT a.id, a.kind, a.owner, a.balance::float8, a.held::float8, a.posted::float8, a.version::float8, a.brought, a.stopped,
    jsonb_build_object('version', coalesce(c.version, 0), 'balance', coalesce(c.balance, 0)) AS checked,
    jsonb_build_object('count', e.count, 'sum', e.sum, 'newest', e.newest, 'broken', e.broken) AS entries,
    coalesce(h.sum, 0)::float8 AS holds
  FROM (SELECT * FROM accounts WHERE id > $1 ORDER BY id LIMIT $2) a
    LEFT JOIN checked_accounts c ON c.account_id = a.id AND NOT $3
    LEFT JOIN LATERAL (
      SELECT count(*), coalesce(sum(amount), 0) AS sum, coalesce(max(version), 0) AS newest,
        count(*) FILTER (WHERE balance <> before + amount OR version <> previous + 1) AS broken
      FROM (
        SELECT version, amount, balance, lag(balance, 1, coalesce(c.balance, 0)) OVER (ORDER BY version) AS before,
          lag(version, 1, coalesce(c.version, 0)) OVER (ORDER BY version) AS previous
        FROM entries WHERE account_id = a.id AND version > coalesce(c.version, 0)
      ) AS chain
    ) e ON true
    LEFT JOIN LATERAL (
      SELECT sum(amount) FROM holds WHERE a.kind = 'WALLET' AND holds.owner = a.owner AND state = 'ACTIVE'
    ) h ON true
  ORDER BY a.id`;

/** The next accounts after `after`, each in one moment. `fromTheBeginning`: all their entries, not only what is new. */
async function examine(
  db: Db | pg.PoolClient,
  {
    after = '0',
    most = 500,
    fromTheBeginning = false,
  }: { after?: string; most?: number; fromTheBeginning?: boolean },
): Promise<Examined[]> {
  const { rows } = await db.query<Examined>(EXAMINE, [after, most, fromTheBeginning]);
  return rows;
}

/** Remembers accounts as right, as they were examined. */
async function remember(db: Db | pg.PoolClient, right: readonly Examined[]): Promise<void> {
  const changed = right.filter(({ version, checked }) => version !== checked.version);
  if (changed.length === 0) return;
  await db.query(
    `INSERT INTO checked_accounts (account_id, version, balance)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
     ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, balance = excluded.balance
       WHERE checked_accounts.version < excluded.version`,
    [changed.map(({ id }) => id), changed.map(({ version }) => version), changed.map(({ posted }) => posted)],
  );
}

export type Found = { account: Examined; violations: Violation[] };

export type Round = { found: Found[]; looked: number; next: string | null };

/** Looks at the next accounts, and stops those that are not right any more, each once. `next`: where to go on; null: that was the last of them. */
export async function checkSome(
  pool: Db,
  options: { after?: string; most?: number; fromTheBeginning?: boolean },
  onBroken: (tx: pg.PoolClient, found: Found) => Promise<void> = async () => {},
): Promise<Round> {
  const { most = 500 } = options;
  const accounts = await examine(pool, { ...options, most });
  const found = accounts.flatMap((account) => {
    const violations = violationsOf(account);
    return violations.length === 0 ? [] : [{ account, violations }];
  });
  await remember(
    pool,
    accounts.filter((account) => found.every((one) => one.account !== account)),
  );
  for (const one of found) {
    await withTransaction(pool, async (tx) => {
      if (await stop(tx, one.account)) await onBroken(tx, one);
    });
  }
  return { found, looked: accounts.length, next: accounts.length < most ? null : accounts.at(-1)!.id };
}

/**
 * Nothing moves in a wallet that is not right, nor in what its owner owes. The platform's accounts go on: whoever pays is not to wait for
 * them. False: it was so already.
 */
async function stop(tx: pg.PoolClient, { id, kind, owner }: Examined): Promise<boolean> {
  const isOfSomebody = kind === 'WALLET' || kind === 'DEBT';
  const { rowCount } = await tx.query(
    `UPDATE accounts SET stopped = 'INVARIANT'
     WHERE stopped IS NULL AND CASE WHEN $2 THEN kind IN ('WALLET', 'DEBT') AND owner = $3 ELSE id = $1 END`,
    [id, isOfSomebody, owner],
  );
  return rowCount! > 0;
}

/** Of all entries in one moment: 0, whatever happens. */
export async function sumOfAll(db: Db | pg.PoolClient): Promise<number> {
  const { rows } = await db.query<{ sum: number }>(
    'SELECT coalesce(sum(posted), 0)::float8 AS sum FROM accounts',
  );
  return rows[0]!.sum;
}
