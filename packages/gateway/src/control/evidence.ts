import type { Mismatch, OutcomeBatch, Side } from '../route-table.ts';
import type { Queryable } from './schema.ts';

/** Outcomes of one route on one side, summed over workers, windows and versions. */
export type Outcome = Omit<OutcomeBatch, 'version'>;

/** What was counted since `since`. A window counts as soon as it has begun after it. */
export async function readOutcomes(
  db: Queryable,
  { service, since }: { service: string; since: Date },
): Promise<Outcome[]> {
  const { rows } = await db.query(
    `SELECT route, side, requests, failures, rescued, compared, mismatched, latency
       FROM control.outcomes WHERE service = $1 AND window_start >= $2`,
    [service, since],
  );
  const sums = new Map<string, Outcome>();
  for (const row of rows as Record<string, unknown>[]) {
    const { route, side, latency } = row as { route: string; side: Side; latency: Record<string, number> };
    const id = `${side} ${route}`;
    const sum = sums.get(id) ?? {
      service,
      route,
      side,
      requests: 0,
      failures: 0,
      rescued: 0,
      compared: 0,
      mismatched: 0,
      latency: {},
    };
    for (const name of COUNTS) sum[name] += Number(row[name]);
    for (const [bound, count] of Object.entries(latency))
      sum.latency[bound] = (sum.latency[bound] ?? 0) + count;
    sums.set(id, sum);
  }
  return [...sums.values()];
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

const COUNTS = ['requests', 'failures', 'rescued', 'compared', 'mismatched'] as const;
