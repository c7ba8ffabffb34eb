import { readOutcomes } from '@banyan/gateway';
import type pg from 'pg';
import type { Evidence, LinkStatus, TableVerification } from '../control/control.ts';
import * as store from '../control/store.ts';
import type { ResolvedPlan } from '../plan/resolved.ts';
import type { Facts, LinkFacts } from '../stage/decide.ts';
import type { ServiceState } from '../stage/stages.ts';

export type ServiceFacts = Facts & { links: LinkStatus[]; tables: TableVerification[] };

/** All that decisions and the status are based on, read at one time. */
export async function collectFacts(pool: pg.Pool, plan: ResolvedPlan, now: Date): Promise<ServiceFacts[]> {
  const [states, links, verdicts] = await Promise.all([
    store.readServices(pool),
    store.readLinks(pool),
    store.readVerdicts(pool),
  ]);
  const inPlan = states.filter((state) => plan.services[state.service]);
  return await Promise.all(
    inPlan.map(async (state) => {
      const service = plan.services[state.service]!;
      const own = links
        .filter((link) => link.service === state.service)
        .map(({ service: _, ...link }) => link);
      const tables = verdicts
        .filter((verdict) => verdict.service === state.service)
        .map(({ service: _, ...table }) => table);
      const expected = new Set(service.tables.map(({ legacy }) => `${legacy.schema}.${legacy.table}`)).size;
      return {
        state,
        policy: service.rollout,
        forward: linkFacts(own, `${state.service}.forward`),
        reverse: linkFacts(own, `${state.service}.reverse`),
        verification: store.summarizeVerdicts(tables, expected),
        evidence: await recentEvidence(pool, state, now),
        now,
        links: own,
        tables,
      };
    }),
  );
}

function linkFacts(links: LinkStatus[], name: string): LinkFacts {
  const link = links.find((candidate) => candidate.link === name);
  return link
    ? { state: link.state, lagMs: link.lagMs, error: link.error }
    : { state: 'off', lagMs: 0, error: null };
}

/** How long what was counted is good for, ms: it grows with every window, and the loop and each `status` ask for it. */
const EVIDENCE_MS = 500;

type Remembered = { since: number; at: number; evidence: Promise<Evidence> };
const remembered = new WeakMap<pg.Pool, Map<string, Remembered>>();

/** As of half a second ago at most. A new stage or share begins with none. */
function recentEvidence(pool: pg.Pool, state: ServiceState, now: Date): Promise<Evidence> {
  const ofPool = remembered.get(pool) ?? new Map<string, Remembered>();
  remembered.set(pool, ofPool);
  const since = state.since.getTime();
  const last = ofPool.get(state.service);
  const age = now.getTime() - (last?.at ?? 0);
  if (last?.since === since && age >= 0 && age < EVIDENCE_MS) return last.evidence;
  const evidence = collectEvidence(pool, state, now);
  // A failure is the caller's, not the next one's.
  evidence.catch(() => ofPool.delete(state.service));
  ofPool.set(state.service, { since, at: now.getTime(), evidence });
  return evidence;
}

async function collectEvidence(pool: pg.Pool, state: ServiceState, now: Date): Promise<Evidence> {
  const outcomes = await readOutcomes(pool, { service: state.service, since: state.since });
  const side = (name: 'monolith' | 'service') => outcomes.filter((outcome) => outcome.side === name);
  const sum = (rows: typeof outcomes, pick: (row: (typeof outcomes)[number]) => number) =>
    rows.reduce((total, row) => total + pick(row), 0);
  return {
    seconds: Math.max(0, (now.getTime() - state.since.getTime()) / 1000),
    requests: {
      monolith: sum(side('monolith'), (row) => row.requests),
      service: sum(side('service'), (row) => row.requests),
    },
    failures: {
      monolith: sum(side('monolith'), (row) => row.failures),
      service: sum(side('service'), (row) => row.failures),
    },
    rescued: sum(outcomes, (row) => row.rescued),
    p95Ms: { monolith: quantile(side('monolith'), 0.95), service: quantile(side('service'), 0.95) },
    compared: sum(outcomes, (row) => row.compared),
    mismatched: sum(outcomes, (row) => row.mismatched),
  };
}

/** Upper bound of the histogram bucket in which the quantile lies, ms; 0 without data. */
function quantile(rows: Array<{ latency: Record<string, number> }>, q: number): number {
  const merged = new Map<number, number>();
  for (const { latency } of rows) {
    for (const [bound, count] of Object.entries(latency))
      merged.set(Number(bound), (merged.get(Number(bound)) ?? 0) + count);
  }
  const buckets = [...merged].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bound, count] of buckets) {
    seen += count;
    if (seen >= total * q) return bound;
  }
  return 0;
}
