import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { EVIDENCE_ROW, type EvidenceRow, evidenceRows } from './evidence.ts';
import { WINDOW_MS } from './outcome-windows.ts';
import { OutcomeSums, type StoredOutcome } from './stored-outcome.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** A worker's report of a span may be this late, ms. */
const GRACE_MS = 15_000;
/** How long minutes stay minutes, and hours stay at all. */
const MINUTES_KEPT_MS = 2 * HOUR_MS;
const HOURS_KEPT_MS = 25 * HOUR_MS;
/** Spans summed by one call, so that a long backlog delays nothing else; the next call goes on. */
const SPANS_PER_CALL = 20;

/**
 * Sums two-second spans that are over to minutes and old minutes to hours, and drops old hours and what is an hour ahead,
 * as of `now` (ms since 1970). Each sum replaces what it is made of in one transaction, so nothing is lost or counted twice whatever dies.
 * What comes later than the grace is added by the next call. True: nothing is left to do.
 */
export async function rollUp(pool: pg.Pool, now: number): Promise<boolean> {
  const seconds = await sumSpans(pool, { from: WINDOW_MS, to: MINUTE_MS, before: now - GRACE_MS });
  const minutes = await sumSpans(pool, { from: MINUTE_MS, to: HOUR_MS, before: now - MINUTES_KEPT_MS });
  await pool.query('DELETE FROM control.evidence WHERE span_ms = $1 AND starts < $2', [
    HOUR_MS,
    new Date(now - HOURS_KEPT_MS),
  ]);
  // Of a worker whose clock is far ahead: these spans would not be over for as long.
  await pool.query('DELETE FROM control.evidence WHERE span_ms = $1 AND starts > $2', [
    WINDOW_MS,
    new Date(now + HOUR_MS),
  ]);
  return seconds && minutes;
}

type Sum = { from: number; to: number; before: number };

async function sumSpans(pool: pg.Pool, { from, to, before }: Sum): Promise<boolean> {
  for (let i = 0; i < SPANS_PER_CALL; i++) {
    const { rows } = await pool.query<{ oldest: Date | null }>(
      'SELECT min(starts) AS oldest FROM control.evidence WHERE span_ms = $1',
      [from],
    );
    const oldest = rows[0]?.oldest?.getTime();
    if (oldest === undefined) return true;
    const starts = oldest - (oldest % to);
    if (starts + to > before) return true;
    await sumOne(pool, { from, to, starts });
  }
  return false;
}

async function sumOne(pool: pg.Pool, span: { from: number; to: number; starts: number }): Promise<void> {
  const { from, to, starts } = span;
  await withTransaction(pool, async (client) => {
    const { rows } = await client.query(
      `DELETE FROM control.evidence
        WHERE (span_ms = $1 AND starts >= $3 AND starts < $4) OR (span_ms = $2 AND starts = $3)
       RETURNING ${EVIDENCE_ROW}`,
      [from, to, new Date(starts), new Date(starts + to)],
    );
    const sums = sumByService(evidenceRows(rows));
    await client.query(
      `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes)
       SELECT service, $2, $3, version, '', outcomes
         FROM json_to_recordset($1) AS row(service text, version bigint, outcomes json)`,
      [JSON.stringify(sums), to, new Date(starts)],
    );
  });
}

function sumByService(
  rows: readonly EvidenceRow[],
): { service: string; version: number; outcomes: StoredOutcome[] }[] {
  const groups = Map.groupBy(rows, ({ service, version }) => `${version} ${service}`);
  return [...groups.values()].map((group) => {
    const sums = new OutcomeSums();
    for (const { outcomes } of group) for (const outcome of outcomes) sums.add(outcome);
    const { service, version } = group[0]!;
    return { service, version, outcomes: sums.stored() };
  });
}
