import { readStoredEvidence } from '@banyan/gateway';
import { withPool } from '@banyan/postgres';

/** Lengths of the spans in which the gateway counts, ms; the short ones are summed into the long ones. */
const SPANS_MS = [2_000, 60_000, 3_600_000];

/** Routes of the plan of which the gateway has counted a request, as long as it remembers. */
export async function routesAsked(controlDatabase: string): Promise<Set<string>> {
  const rows = await withPool(controlDatabase, { applicationName: 'banyan-rehearse' }, (pool) =>
    readStoredEvidence(pool, { spansMs: SPANS_MS, from: 0 }),
  );
  return new Set(rows.flatMap(({ outcomes }) => outcomes.map(([route]) => route)));
}
