/** What a `banyan.config.ts` imports. */
export { constant, copy, derived, merge, rename, split, table } from '@banyan/replication';
export {
  defineMigration,
  type Plan,
  type PlanRoute,
  type PlanService,
  type RolloutPolicy,
} from './plan/define.ts';
export { env } from './plan/env.ts';
export { PlanError, type PlanProblem } from './plan/problem.ts';
