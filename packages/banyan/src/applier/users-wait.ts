import { readEvidence, type UserLatency, userLatencyOf } from '@banyan/gateway';
import type pg from 'pg';

/** Evidence is counted in spans of this length, ms. */
const SPAN_MS = 2_000;
/** How far back is looked, ms: two whole spans, or nearly. */
const BACK_MS = 5_000;

/** How long the users of all gateways have waited in the last seconds, on either side and on any route; null: there were none. */
export async function readUsersWait(pool: pg.Pool, now: number): Promise<UserLatency | null> {
  const rows = await readEvidence(pool, { spansMs: [SPAN_MS], from: now - BACK_MS });
  const histogram: Record<string, number> = {};
  for (const { latency } of rows.flatMap(({ outcomes }) => outcomes))
    for (const [bound, count] of Object.entries(latency)) histogram[bound] = (histogram[bound] ?? 0) + count;
  const wait = userLatencyOf(histogram);
  return wait.requests === 0 ? null : wait;
}
