/** What of the ledger is 0 at every moment, whoever writes it. */
import type pg from 'pg';

type Figures = {
  entriesSum: number;
  negativeWallets: number;
  holdsWithoutSession: number;
  walletsOff: number;
};

export const ledger = {
  monolith: async (db: pg.Pool) => await one<Figures>(db, MONOLITH),
  /** `databaseOf('session')`: where sessions are; undefined: in the monolith, which is looked at for itself. */
  service: async (db: pg.Pool, databaseOf: (service: string) => pg.Pool | undefined): Promise<Figures> => {
    const session = databaseOf('session');
    const holdsWithoutSession = session && (await isWriter(db)) ? await orphans(db, session) : 0;
    return { ...(await one<Omit<Figures, 'holdsWithoutSession'>>(db, SERVICE)), holdsWithoutSession };
  },
};

const MONOLITH = `
  SELECT
    (SELECT coalesce(sum(credits), 0) FROM transactions WHERE session_id IS NOT NULL)::int AS "entriesSum",
    (SELECT count(*) FROM wallets WHERE held < 0 OR balance < held)::int AS "negativeWallets",
    (SELECT count(*) FROM credit_holds h JOIN sessions s ON s.id = h.session_id
     WHERE status = 'HELD' AND state NOT IN ('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS')
       AND NOT EXISTS (SELECT FROM settlements WHERE settlements.session_id = s.id))::int AS "holdsWithoutSession",
    (SELECT count(*) FROM wallets
     LEFT JOIN (SELECT user_id, sum(credits) AS balance FROM transactions WHERE status = 'COMPLETED' GROUP BY 1) moved
       ON moved.user_id = wallets.user_id
     LEFT JOIN (SELECT user_id, sum(amount) AS held FROM credit_holds WHERE status = 'HELD' GROUP BY 1) holds
       ON holds.user_id = wallets.user_id
     WHERE wallets.balance <> coalesce(moved.balance, 0) OR wallets.held <> coalesce(holds.held, 0))::int AS "walletsOff"`;

// What a link has brought becomes entries a moment later: until then the wallet is what its transactions say.
const SERVICE = `
  SELECT (SELECT coalesce(sum(amount), 0) FROM entries)::int AS "entriesSum",
    (SELECT count(*) FROM wallets WHERE held < 0 OR balance < held)::int AS "negativeWallets",
    (SELECT count(*) FROM wallets
     LEFT JOIN (SELECT user_id, sum(credits) AS balance FROM transactions WHERE status = 'COMPLETED' GROUP BY 1) moved
       ON moved.user_id = wallets.owner
     LEFT JOIN (SELECT owner, sum(amount) AS held FROM holds WHERE state = 'ACTIVE' GROUP BY 1) open USING (owner)
     WHERE wallets.balance <> coalesce(moved.balance, 0) OR wallets.held <> coalesce(open.held, 0)
       OR (NOT brought AND wallets.balance <> posted))::int AS "walletsOff"`;

/** While the monolith writes, each service has what its own link has brought by then. */
async function isWriter(db: pg.Pool): Promise<boolean> {
  const { told } = await one<{ told: boolean }>(
    db,
    `SELECT to_regclass('banyan.shares') IS NOT NULL AS told`,
  );
  if (!told) return true;
  const { writes } = await one<{ writes: boolean }>(
    db,
    `SELECT coalesce(bool_or(share = 10000), false) AS writes FROM banyan.shares WHERE service = 'payment'`,
  );
  return writes;
}

/**
 * Holds of which no session knows: there before session was asked, and there still after it was. Between the two nothing is of one moment, but a session is
 * said to be held for before its hold is made, and until that has ended.
 */
async function orphans(payment: pg.Pool, session: pg.Pool): Promise<number> {
  const { ids } = await one<{ ids: string[] }>(payment, ACTIVE);
  const { rows } = await session.query<{ id: string }>(UNKNOWN, [ids]);
  const { rowCount } = await payment.query(STILL_ACTIVE, [rows.map(({ id }) => `session:${id}`)]);
  return rowCount!;
}

const ACTIVE = `SELECT coalesce(array_agg(substr(reference, 9)), '{}') AS ids FROM holds WHERE state = 'ACTIVE' AND reference LIKE 'session:%'`;

const UNKNOWN = `
  SELECT id FROM unnest($1::uuid[]) AS held (id) LEFT JOIN session_credits ON session_id = id
  WHERE CASE WHEN state IS NOT NULL THEN state IN ('SETTLED', 'LOST') ELSE
    NOT EXISTS (SELECT FROM settlements WHERE settlements.session_id = held.id)
    AND NOT EXISTS (SELECT FROM sessions WHERE sessions.id = held.id AND sessions.state IN ('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS'))
  END`;

const STILL_ACTIVE = `SELECT FROM holds WHERE state = 'ACTIVE' AND reference = ANY ($1)`;

async function one<T extends object>(db: pg.Pool, sql: string): Promise<T> {
  return (await db.query<T>(sql)).rows[0]!;
}
