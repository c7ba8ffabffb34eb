import type { TableMapping } from '@banyan/replication';
import type { Static } from 'typebox';
import type { ContextSchema } from './schema/context.ts';
import type { PhaseSchema } from './schema/phase.ts';
import type { PlanSchema, RouteSchema, ServiceSchema } from './schema/plan.ts';
import type { RolloutSchema } from './schema/rollout.ts';

/**
 * The plan: what `banyan.config.ts` exports. It names the monolith, the services that leave it, their routes and
 * tables, and how fast and on what evidence users move. Every field is written, with its description, in schema/.
 */
export type Plan = Static<typeof PlanSchema>;
export type PlanService = Static<typeof ServiceSchema>;
export type PlanContext = Static<typeof ContextSchema>;
/** A phase of the roadmap. */
export type PlanPhase = Static<typeof PhaseSchema>;
export type PlanRoute = Static<typeof RouteSchema>;

/** On what evidence users move, and how fast; a plan may leave out any of it. */
export type RolloutPolicy = Required<Static<typeof RolloutSchema>>;

export type { TableMapping };
