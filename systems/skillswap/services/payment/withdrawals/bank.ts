/** Payouts by files that somebody gives to the bank: one for each week and currency, more if one was taken away before its week was over. */
import { randomUUID } from 'node:crypto';
import { type Db, withTransaction } from '@banyan/postgres';
import { stringify } from 'csv-stringify/sync';
import type pg from 'pg';
import type { Currency } from '../../../kit/credits/prices.ts';
import { weekOf } from './decide.ts';
import { errors } from './errors.ts';
import type { PayoutMethod, PayoutState } from './method.ts';
import type { Payees } from './payees.ts';

type Tx = pg.PoolClient;

export type PayoutFile = {
  id: string;
  week: string;
  currency: Currency;
  state: 'OPEN' | 'CLOSED' | 'SETTLED';
  payouts: number;
  amount: number;
  createdAt: Date;
};

type Line = { fileId: string; state: 'WRITTEN' | 'PAID' | 'REJECTED'; reason: string | null };

/** A withdrawal is a line of one file, for ever. */
export function bankFile(pool: Db, now: () => Date = () => new Date()): PayoutMethod {
  return {
    name: 'bank',
    async send({ withdrawalId, currency }) {
      const known = await findLine(pool, withdrawalId);
      if (known) return stateOf(known);
      return await withTransaction(pool, async (tx) => {
        const fileId = await openFile(tx, weekOf(now()), currency);
        await tx.query(
          'INSERT INTO payout_lines (withdrawal_id, file_id) VALUES ($1, $2) ON CONFLICT (withdrawal_id) DO NOTHING',
          [withdrawalId, fileId],
        );
        return stateOf((await findLine(tx, withdrawalId))!);
      });
    },
  };
}

/** Locked, so that nobody takes it away meanwhile. */
async function openFile(tx: Tx, week: string, currency: Currency): Promise<string> {
  // Locked by the conflict too.
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO payout_files (id, week, currency) VALUES ($1, $2, $3)
     ON CONFLICT (week, currency) WHERE state = 'OPEN' DO UPDATE SET week = excluded.week RETURNING id`,
    [randomUUID(), week, currency],
  );
  return rows[0]!.id;
}

export async function findFiles(
  db: Db,
  { page, size }: { page: number; size: number },
): Promise<PayoutFile[]> {
  const { rows } = await db.query<PayoutFile>(
    `SELECT f.id, f.week::text, f.currency, f.state, f.created_at AS "createdAt", count(w.id)::int AS payouts,
       coalesce(sum(w.amount), 0)::float8 AS amount
     FROM payout_files f LEFT JOIN payout_lines l ON l.file_id = f.id LEFT JOIN withdrawals w ON w.id = l.withdrawal_id
     GROUP BY f.id ORDER BY f.created_at DESC, f.id OFFSET $1 LIMIT $2`,
    [page * size, size],
  );
  return rows;
}

/**
 * The file as the bank takes it: CSV (RFC 4180), one line for each payout. Whoever has taken it away has all that will ever be in it: later payouts come
 * into another file. Throws `FILE_NOT_FOUND`.
 */
export async function takeFile(pool: Db, payees: Payees, id: string): Promise<string> {
  const currency = await withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ currency: string }>(
      `UPDATE payout_files SET state = CASE state WHEN 'OPEN' THEN 'CLOSED' ELSE state END WHERE id = $1
       RETURNING currency`,
      [id],
    );
    if (!rows[0]) throw errors('FILE_NOT_FOUND');
    return rows[0].currency;
  });
  const { rows } = await pool.query<{
    id: string;
    userId: string;
    name: string;
    iban: string;
    amount: number;
  }>(
    `SELECT id, user_id AS "userId", name, iban, amount::float8 FROM payout_lines JOIN withdrawals ON id = withdrawal_id
     WHERE file_id = $1 ORDER BY id`,
    [id],
  );
  const records = rows.map(async ({ id, userId, name, iban, amount }) => [
    ...[id, await payees.open(userId, name), await payees.open(userId, iban)],
    ...[(amount / 100).toFixed(2), currency, `SkillSwap ${id}`],
  ]);
  return stringify(await Promise.all(records), FORMAT);
}

const FORMAT = {
  header: true,
  columns: ['endToEndId', 'creditorName', 'creditorIban', 'amount', 'currency', 'remittanceInformation'],
  // A name that begins with = is no formula of whoever opens it in a spreadsheet.
  escape_formulas: true,
  record_delimiter: 'windows',
} as const;

/**
 * What the bank has done: all are paid, but those that are rejected. Again changes nothing. Throws `FILE_NOT_FOUND`, `FILE_OPEN`, `NOT_IN_FILE`. The withdrawals are to be
 * looked at then.
 */
export async function settleFile(
  pool: Db,
  id: string,
  rejected: readonly { withdrawalId: string; reason: string }[],
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ state: PayoutFile['state'] }>(
      'SELECT state FROM payout_files WHERE id = $1 FOR NO KEY UPDATE',
      [id],
    );
    if (!rows[0]) throw errors('FILE_NOT_FOUND');
    if (rows[0].state === 'OPEN') throw errors('FILE_OPEN');
    if (rows[0].state === 'SETTLED') return;
    const { rowCount } = await tx.query(
      `UPDATE payout_lines SET state = 'REJECTED', reason = by.reason
       FROM unnest($2::uuid[], $3::text[]) AS by (id, reason) WHERE file_id = $1 AND withdrawal_id = by.id`,
      [id, rejected.map(({ withdrawalId }) => withdrawalId), rejected.map(({ reason }) => reason)],
    );
    if (rowCount !== rejected.length) throw errors('NOT_IN_FILE');
    await tx.query(`UPDATE payout_lines SET state = 'PAID' WHERE file_id = $1 AND state = 'WRITTEN'`, [id]);
    await tx.query(`UPDATE payout_files SET state = 'SETTLED' WHERE id = $1`, [id]);
    await tx.query(
      `UPDATE withdrawals SET due_at = now()
       WHERE state = 'SENT' AND id IN (SELECT withdrawal_id FROM payout_lines WHERE file_id = $1)`,
      [id],
    );
  });
}

async function findLine(db: Db | Tx, withdrawalId: string): Promise<Line | undefined> {
  const { rows } = await db.query<Line>(
    'SELECT file_id AS "fileId", state, reason FROM payout_lines WHERE withdrawal_id = $1',
    [withdrawalId],
  );
  return rows[0];
}

function stateOf({ fileId: payoutId, state, reason }: Line): PayoutState {
  if (state === 'REJECTED') return { is: 'failed', payoutId, reason: reason ?? 'rejected' };
  return { is: state === 'PAID' ? 'paid' : 'sent', payoutId };
}
