/** What a `banyan.config.ts` imports. */
export { constant, copy, derived, merge, rename, split, table } from '@banyan/replication';
export type { Plan, PlanRoute, PlanService, RolloutPolicy } from './plan/define.ts';
export { env } from './plan/env.ts';
export { extract } from './plan/extract.ts';
export { defineMigration } from './plan/migration.ts';
export { PlanError, type PlanProblem } from './plan/problem.ts';
