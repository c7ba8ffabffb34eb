import type { Mismatch, OutcomeBatch } from '../route-table.ts';
import type { Queryable } from './schema.ts';

/** Outcomes of one route on one side, summed over workers, windows and versions. */
export type Outcome = Omit<OutcomeBatch, 'version'>;

/** What was counted since `since`. A window counts as soon as it has begun after it. */
export async function readOutcomes(
  db: Queryable,
  { service, since }: { service: string; since: Date },
): Promise<Outcome[]> {
  const { rows } = await db.query(
    `WITH windows AS MATERIALIZED (
       SELECT * FROM control.outcomes WHERE service = $1 AND window_start >= $2
     ), buckets AS (
       SELECT route, side, bound, sum(count::bigint)::float8 AS count
       FROM windows, jsonb_each_text(latency) AS each (bound, count) GROUP BY route, side, bound
     )
     SELECT service, route, side, sum(requests)::float8 AS requests, sum(failures)::float8 AS failures,
            sum(rescued)::float8 AS rescued, sum(compared)::float8 AS compared,
            sum(mismatched)::float8 AS mismatched,
            coalesce((SELECT jsonb_object_agg(bound, count) FROM buckets
                      WHERE buckets.route = windows.route AND buckets.side = windows.side), '{}') AS latency
     FROM windows GROUP BY service, route, side`,
    [service, since],
  );
  return rows as Outcome[];
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
