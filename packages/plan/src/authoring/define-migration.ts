import { assertValidPlan } from '../checks/validate.ts';
import type { Plan } from '../types.ts';

/**
 * Declares a migration; `banyan.config.ts` exports its result as default.
 *
 * @example export default defineMigration({ name: 'shop', monolith: { ... }, control: { ... }, gateway: {}, services: { ... } })
 * @throws PlanError with every error found, each with its path, value and hint
 */
export function defineMigration(plan: Plan): Plan {
  assertValidPlan(plan);
  return plan;
}
