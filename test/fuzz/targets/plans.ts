import { PlanError, resolvePlan, validatePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { mutateJson } from '../json.ts';
import { defineTarget, type Session } from '../target.ts';

/** Plans that somebody got wrong: each is good or told what is wrong where, and nothing else is thrown. */
export const plans = defineTarget<unknown>({
  name: 'plans',
  lanes: 1,
  generate: (random) => mutateJson(random, aPlan()),
  smaller: () => [],
  show: (plan) => JSON.stringify(plan),
  open: async (): Promise<Session<unknown>> => ({
    run: async (plan) => problemOf(plan),
    complaints: () => [],
    usable: () => true,
    look: async () => {},
    figures: () => 'in this process',
    close: async () => {},
  }),
});

function problemOf(plan: unknown): string | null {
  try {
    const { errors, warnings } = validatePlan(plan);
    const untold = [...errors, ...warnings].find(
      ({ path, message, hint }) => typeof path !== 'string' || !message || !hint,
    );
    if (untold) return `a problem without place, message or hint: ${JSON.stringify(untold)}`;
    if (errors.length === 0) resolvePlan(plan as never);
    else return expectRefused(plan);
    return null;
  } catch (error) {
    return `the checks threw: ${(error as Error)?.stack?.split('\n').slice(0, 3).join(' ') ?? error}`;
  }
}

function expectRefused(plan: unknown): string | null {
  try {
    resolvePlan(plan as never);
  } catch (error) {
    if (error instanceof PlanError) return null;
    throw error;
  }
  return 'a plan with errors was taken';
}
