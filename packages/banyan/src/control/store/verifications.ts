import type { VerificationFacts } from '../../rollout/decide.ts';
import type { TableVerification, VerificationRun } from '../control.ts';
import type { Reading } from './reading.ts';
import type { Queryable } from './store.ts';

export async function clearVerdicts(db: Queryable, service: string): Promise<void> {
  await db.query(`DELETE FROM control.verdicts WHERE service = $1`, [service]);
}

export async function writeVerdict(db: Queryable, service: string, table: TableVerification): Promise<void> {
  await db.query(
    `INSERT INTO control.verdicts (service, table_name, rows, missing_in_new, missing_in_legacy, inconsistent, sample, verified_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, clock_timestamp()))
     ON CONFLICT (service, table_name) DO UPDATE SET rows = excluded.rows, missing_in_new = excluded.missing_in_new,
       missing_in_legacy = excluded.missing_in_legacy, inconsistent = excluded.inconsistent, sample = excluded.sample,
       verified_at = excluded.verified_at`,
    [
      service,
      table.table,
      table.rows,
      table.missingInNew,
      table.missingInLegacy,
      table.inconsistent,
      JSON.stringify(table.sample),
      table.verifiedAt,
    ],
  );
}

type VerdictRow = {
  service: string;
  table_name: string;
  rows: string | number;
  missing_in_new: string | number;
  missing_in_legacy: string | number;
  inconsistent: string | number;
  sample: TableVerification['sample'];
  verified_at: Date | string;
};

export const VERDICTS: Reading<VerdictRow, Array<TableVerification & { service: string }>> = {
  sql: `SELECT * FROM control.verdicts ORDER BY service, table_name`,
  meaning: (rows) =>
    rows.map((row) => {
      const counts = {
        missingInNew: Number(row.missing_in_new),
        missingInLegacy: Number(row.missing_in_legacy),
        inconsistent: Number(row.inconsistent),
      };
      return {
        service: row.service,
        table: row.table_name,
        verdict: verdictOf(counts),
        rows: Number(row.rows),
        ...counts,
        verifiedAt: new Date(row.verified_at).toISOString(),
        sample: row.sample,
      };
    }),
};

/** The worst of a table's rows names the table's verdict. */
export function verdictOf(counts: {
  missingInNew: number;
  missingInLegacy: number;
  inconsistent: number;
}): TableVerification['verdict'] {
  if (counts.inconsistent > 0) return 'INCONSISTENT';
  if (counts.missingInNew > 0) return 'MISSING_IN_NEW';
  if (counts.missingInLegacy > 0) return 'MISSING_IN_LEGACY';
  return 'CONSISTENT';
}

/** One answer for the whole service: consistent only if each of its tables was compared and is. */
export function summarizeVerdicts(tables: TableVerification[], expectedTables: number): VerificationFacts {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (tables.length === 0 || tables.length < expectedTables)
    return { verdict: 'UNKNOWN', verifiedAt: null, rows };
  const oldest = Math.min(...tables.map((table) => Date.parse(table.verifiedAt ?? '')));
  const consistent = tables.every((table) => table.verdict === 'CONSISTENT');
  return { verdict: consistent ? 'CONSISTENT' : 'DIVERGENT', verifiedAt: new Date(oldest), rows };
}

/** A run that has been asked for and has not begun answers whoever asks for the same. */
export async function queueVerification(db: Queryable, service: string, repair: boolean): Promise<number> {
  const { rows } = await db.query<{ id: string }>(
    `WITH queued AS (SELECT id FROM control.verifications WHERE service = $1 AND repair = $2 AND state = 'queued' LIMIT 1),
          added AS (INSERT INTO control.verifications (service, repair)
                    SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM queued) RETURNING id)
     SELECT id FROM queued UNION ALL SELECT id FROM added`,
    [service, repair],
  );
  return Number(rows[0]!.id);
}

/** Whether somebody has asked for a verification that repairs, which waits until all links stream. */
export async function isRepairQueued(db: Queryable, service: string): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT EXISTS (SELECT FROM control.verifications WHERE service = $1 AND repair AND state = 'queued') AS queued`,
    [service],
  );
  return rows[0].queued;
}

/** Takes one queued run, or one that a killed applier left running. */
export async function takeVerification(
  db: Queryable,
  service: string,
): Promise<(VerificationRun & { repair: boolean }) | null> {
  const { rows } = await db.query(
    `UPDATE control.verifications SET state = 'running' WHERE id =
       (SELECT id FROM control.verifications WHERE service = $1 AND state IN ('queued', 'running') ORDER BY id LIMIT 1)
     RETURNING *`,
    [service],
  );
  return rows[0] ? { ...toRun(rows[0]), repair: rows[0].repair } : null;
}

export async function writeVerification(db: Queryable, run: VerificationRun): Promise<void> {
  await db.query(
    `UPDATE control.verifications SET state = $2, rows_done = $3, rows_total = $4, repaired = $5, tables = $6, error = $7 WHERE id = $1`,
    [run.id, run.state, run.rowsDone, run.rowsTotal, run.repaired, JSON.stringify(run.tables), run.error],
  );
}

export async function readVerification(db: Queryable, id: number): Promise<VerificationRun | null> {
  const { rows } = await db.query(`SELECT * FROM control.verifications WHERE id = $1`, [id]);
  return rows[0] ? toRun(rows[0]) : null;
}

// biome-ignore lint/suspicious/noExplicitAny: a row as pg gives it
function toRun(row: any): VerificationRun {
  return {
    id: Number(row.id),
    service: row.service,
    state: row.state,
    rowsDone: Number(row.rows_done),
    rowsTotal: Number(row.rows_total),
    repaired: Number(row.repaired),
    tables: row.tables,
    error: row.error,
  };
}
