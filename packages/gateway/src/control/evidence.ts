import type { FailedRequest, Mismatch, UnhealthyInstance } from './route-table.ts';
import type { Queryable } from './schema.ts';
import { fromStored, type Outcome, type StoredOutcome, toStored } from './stored-outcome.ts';

/** What was counted of a service's routes from `starts` (ms since 1970) on, by those who acted on a version. */
export type EvidenceRow = {
  service: string;
  spanMs: number;
  starts: number;
  version: number;
  worker: string;
  /** When it was written, by the database's clock, ms since 1970. */
  toldAt: number;
  outcomes: StoredOutcome[];
};

type Wanted = { spansMs: number[]; from: number; toldAfter?: number };

/** Spans of these lengths that begin at `from` or later and were written after `toldAfter`, as of one moment. */
export async function readEvidence(
  db: Queryable,
  wanted: Wanted,
): Promise<(Omit<EvidenceRow, 'outcomes'> & { outcomes: Outcome[] })[]> {
  const rows = await readStoredEvidence(db, wanted);
  return rows.map((row) => ({ ...row, outcomes: row.outcomes.map(fromStored) }));
}

/** The same with the counts as they are stored, for who reads many. */
export async function readStoredEvidence(
  db: Queryable,
  { spansMs, from, toldAfter = 0 }: Wanted,
): Promise<EvidenceRow[]> {
  const { rows } = await db.query({
    name: 'banyan-evidence',
    text: `SELECT ${EVIDENCE_ROW} FROM control.evidence WHERE span_ms = ANY ($1) AND starts >= $2 AND told_at > $3`,
    values: [spansMs, new Date(from), new Date(toldAfter)],
  });
  return evidenceRows(rows);
}

/** Rows of EVIDENCE_ROW; those that an earlier version wrote have their counts by name. */
export function evidenceRows(rows: unknown[]): EvidenceRow[] {
  for (const row of rows as { outcomes: (StoredOutcome | Outcome)[] }[])
    if (row.outcomes.some((outcome) => !Array.isArray(outcome)))
      row.outcomes = row.outcomes.map((outcome) => (Array.isArray(outcome) ? outcome : toStored(outcome)));
  return rows as EvidenceRow[];
}

/** Columns of an EvidenceRow. Moments as numbers: they are read by the thousand, and dates are slow to make. */
export const EVIDENCE_ROW = `service, span_ms AS "spanMs", (extract(epoch FROM starts) * 1000)::float8 AS starts,
  version::float8 AS version, worker_id AS worker, (extract(epoch FROM told_at) * 1000)::float8 AS "toldAt", outcomes`;

export type StoredFailure = FailedRequest & { id: number };

/** The newest failures first: of one service, or of what no route matches (''). */
export async function readFailures(
  db: Queryable,
  { service, limit }: { service: string; limit: number },
): Promise<StoredFailure[]> {
  const { rows } = await db.query(
    `SELECT id, service, route, side, method, reason, at FROM control.failures
      WHERE service = $1 ORDER BY id DESC LIMIT $2`,
    [service, limit],
  );
  return (rows as (FailedRequest & { id: string })[]).map((row) => ({
    ...row,
    id: Number(row.id),
    at: new Date(row.at).toISOString(),
  }));
}

/** How many buckets a service's keys fall into, and how many of them are below its share. */
export type KeysSeen = { seen: number; inShare: number };

/** A query for the KeysSeen of each service, given a source of rows `wanted (service, share)`. */
export function keysSeen(wanted: string): string {
  return `SELECT service, bit_count(buckets)::int AS seen, bit_count(substring(buckets FROM 1 FOR share))::int AS "inShare"
            FROM control.keys_seen JOIN ${wanted} USING (service)`;
}

/** Keys are counted anew, as when a service's extraction begins. */
export async function forgetKeysSeen(db: Queryable, service: string): Promise<void> {
  await db.query('DELETE FROM control.keys_seen WHERE service = $1', [service]);
  await db.query('DELETE FROM control.route_keys WHERE service = $1', [service]);
}

/** An instance that `workers` of `of` live workers find unwell. */
export type UnwellInstance = UnhealthyInstance & { workers: number; of: number };

/** A query for UnwellInstances. */
export const UNWELL_INSTANCES = `
  WITH live AS (SELECT unhealthy FROM control.workers WHERE lease_until > clock_timestamp())
  SELECT upstream, url, max(why) AS why, count(*)::int AS workers, (SELECT count(*)::int FROM live) AS of
    FROM live, jsonb_to_recordset(unhealthy) AS one(upstream text, url text, why text)
   GROUP BY upstream, url ORDER BY upstream, url`;

export async function readUnwell(db: Queryable): Promise<UnwellInstance[]> {
  const { rows } = await db.query(UNWELL_INSTANCES);
  return rows as UnwellInstance[];
}

/** A stored mismatch as the control plane shows it. */
export type StoredMismatch = Omit<Mismatch, 'answers'> & {
  id: number;
  monolith: Mismatch['answers']['monolith'];
  service_answer: Mismatch['answers']['service'];
};

/** The newest mismatches of a service first. */
export async function readMismatches(
  db: Queryable,
  { service, limit }: { service: string; limit: number },
): Promise<StoredMismatch[]> {
  const { rows } = await db.query(
    `SELECT id, service, route, version, at, curl, differences, answers
       FROM control.mismatches WHERE service = $1 ORDER BY id DESC LIMIT $2`,
    [service, limit],
  );
  return (rows as (Mismatch & { id: string | number })[]).map(({ answers, ...row }) => ({
    ...row,
    id: Number(row.id),
    version: Number(row.version),
    at: new Date(row.at).toISOString(),
    monolith: answers.monolith,
    service_answer: answers.service,
  }));
}
