/** What a `banyan.config.ts` imports. */
export {
  constant,
  copy,
  defineMigration,
  derived,
  env,
  extract,
  merge,
  type Plan,
  PlanError,
  type PlanProblem,
  type PlanRoute,
  type PlanService,
  type RolloutPolicy,
  rename,
  split,
  table,
} from '@banyan/plan';
