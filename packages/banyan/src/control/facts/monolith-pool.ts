import type { ResolvedPlan } from '@banyan/plan';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';

/** How long the monolith's database may take to let the controller in, and to answer, ms: what it is asked can wait. */
const ANSWER_MS = 2_000;

/** One connection to the monolith's database for what the controller looks up or notes there, beside its decisions. */
export function monolithPool(plan: ResolvedPlan, applicationName: string): pg.Pool {
  return createPool(plan.monolith.database, {
    applicationName,
    max: 1,
    statementTimeoutMs: ANSWER_MS,
    connectTimeoutMs: ANSWER_MS,
  });
}
