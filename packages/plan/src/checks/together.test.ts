import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resolvePlan } from '../resolve/resolve.ts';
import { aPlan, aService } from '../testing/plans.ts';
import type { PlanService } from '../types.ts';
import { validatePlan } from './validate.ts';

function planOf(services: Record<string, Partial<PlanService>>) {
  return aPlan({
    services: Object.fromEntries(
      Object.entries(services).map(([name, change]) => [name, aService(name, change)]),
    ),
  });
}

const pathsOf = (services: Record<string, Partial<PlanService>>) =>
  validatePlan(planOf(services)).errors.map(({ path }) => path);

describe('services that leave together', () => {
  test('are all whom one of them leads to, whoever says it, and have the same users', () => {
    const plan = planOf({ a: { together: ['b'] }, b: {}, c: { together: ['b'] }, d: {} });
    const { a, b, c, d } = resolvePlan(plan).services;
    for (const one of [a, b, c]) assert.deepEqual([one!.together, one!.salt], [['a', 'b', 'c'], 'a+b+c']);
    assert.deepEqual([d!.together, d!.salt], [['d'], 'd']);
  });

  test('are all in the plan: with one of them alone nobody would start', () => {
    const { errors } = validatePlan(planOf({ session: { together: ['paymnt'] }, payment: {} }));
    assert.deepEqual(
      errors.map(({ path, hint }) => [path, hint]),
      [['services.session.together[0]', "did you mean 'payment'?"]],
    );
    assert.deepEqual(pathsOf({ session: { together: ['session'] } }), ['services.session.together[0]']);
  });

  test('have one salt and the same steps', () => {
    const both = { a: { together: ['b'] }, b: {} };
    assert.deepEqual(pathsOf({ ...both, b: { salt: 'x' } }), ['services.b.salt']);
    assert.deepEqual(pathsOf({ a: { together: ['b'], salt: 'x' }, b: { salt: 'x' } }), []);
    assert.deepEqual(pathsOf({ ...both, b: { rollout: { steps: ['100%'] } } }), ['services.b.rollout.steps']);
    assert.deepEqual(pathsOf({ ...both, b: { rollout: { minRequests: 1 } } }), []);
  });
});
