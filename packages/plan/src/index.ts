/** What a plan is written with. `@banyan/banyan` hands all of it on to a `banyan.config.ts`. */
export {
  type ColumnMapping,
  constant,
  copy,
  derived,
  merge,
  rename,
  split,
  table,
} from '@banyan/replication/mapping';
export { add } from './authoring/add.ts';
export { defineMigration } from './authoring/define-migration.ts';
export { collectMissing, env, type MissingVariable } from './authoring/env.ts';
export { extract } from './authoring/extract.ts';
export { fillIn } from './authoring/fill-in.ts';
export { validatePlan } from './checks/validate.ts';
export {
  type ContextMap,
  type ContextRelation,
  type Contradiction,
  contextMap,
} from './contexts/context-map.ts';
export { type Roadmap, roadmapOf, type Whereabouts } from './phases/roadmap.ts';
export { LoadError, PlanError, type PlanProblem } from './problem.ts';
export { planJsonSchema, planReference } from './reference.ts';
export {
  databasesOf,
  isLinked,
  type LinkedService,
  type ResolvedPlan,
  type ResolvedRollout,
  type ResolvedRoute,
  type ResolvedService,
  ROLLOUT_DEFAULTS,
  resolvePlan,
} from './resolve/resolve.ts';
export { describeFromMonolith, tablesFromMonolith } from './resolve/tables-from-monolith.ts';
export { buildRouteTable } from './route-table.ts';
export type { Plan, PlanContext, PlanPhase, PlanRoute, PlanService, RolloutPolicy } from './types.ts';
