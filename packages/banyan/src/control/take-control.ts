import { abortOpenFences, applyGatewaySchema } from '@banyan/gateway';
import type { ResolvedPlan } from '@banyan/plan';
import { createPool, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { checkStages } from '../up/check-stages.ts';
import { claimDatabases } from '../up/claim-databases.ts';
import { holdControllerLock } from './lock.ts';
import { publishIfChanged } from './step/route-tables.ts';
import * as store from './store/store.ts';

/**
 * The databases are this plan's, no other controller is at work, what a killed one had begun is over, and the route table is the plan's.
 * Throws `StartError`, and whatever keeps it from that. `lock` is held until it ends.
 */
export async function takeControl(plan: ResolvedPlan): Promise<{ pool: pg.Pool; lock: pg.Client }> {
  await claimDatabases(plan);
  await checkStages(plan);
  const pool = createPool(plan.control.database, { applicationName: 'banyan-controller', max: 6 });
  const lock = await holdControllerLock(plan.control.database);
  await applyGatewaySchema(pool);
  await store.applyControlSchema(pool);
  await store.ensureServices(pool, Object.keys(plan.services));
  await store.closeInterruptedSteps(pool);
  await abortOpenFences(pool);
  await withTransaction(pool, (client) => publishIfChanged(client, plan));
  return { pool, lock };
}
