import { PlanError, type PlanProblem } from '../problem.ts';
import type { Plan } from '../types.ts';
import { findConflicts, findWarnings } from './conflicts.ts';
import { checkShape } from './form.ts';
import { soundParts } from './sound-parts.ts';

/** All that is wrong with a plan (`errors`) and all that deserves a second look (`warnings`), in one go. */
export function validatePlan(plan: unknown): { errors: PlanProblem[]; warnings: PlanProblem[] } {
  const given = withoutUndefined(plan);
  const shape = checkShape(given);
  const sound = soundParts(given, shape);
  return { errors: [...shape, ...findConflicts(sound)], warnings: findWarnings(sound) };
}

/** Throws PlanError with every error. */
export function assertValidPlan(plan: unknown): asserts plan is Plan {
  const { errors } = validatePlan(plan);
  if (errors.length > 0) throw new PlanError(errors);
}

/** An optional property that is there as undefined counts as left out. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutUndefined(part)]));
}
