import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resolvePlan } from '../resolve/resolve.ts';
import { aPlan, aRoute, aService, aTable } from '../testing/plans.ts';
import type { Plan, PlanRoute } from '../types.ts';
import { validatePlan } from './validate.ts';

function planWith(key: PlanRoute['key']): Plan {
  const route = { ...aRoute('PUT /users/:email', 'none'), key };
  const service = aService('auth', { routes: [route], tables: [aTable('users', ['email'])] });
  return aPlan({ services: { auth: service } });
}

const pathOf = (key: PlanRoute['key']) => validatePlan(planWith(key)).errors.map(({ path }) => path);

describe('a key that is looked up', () => {
  const key = { lookup: 'users', column: 'id', by: 'params.email' };

  test('names the row by a part of the path, and its owner by a column', () => {
    const { services } = resolvePlan(planWith(key));
    assert.deepEqual(services.auth!.routes[0]!.key, {
      from: 'lookup',
      table: 'public.users',
      column: 'id',
      matches: 'email',
      param: 'email',
    });
  });

  test('is refused where it could not be told on both sides', () => {
    const at = 'services.auth.routes[0].key';
    assert.deepEqual(pathOf({ ...key, by: 'params.name' }), [`${at}.by`]);
    assert.deepEqual(pathOf({ ...key, lookup: 'articles' }), [`${at}.lookup`]);
    assert.deepEqual(pathOf({ ...key, column: 'email' }), [`${at}.column`]);
    assert.deepEqual(pathOf({ ...key, matches: 'full_name' }), [at]);
  });

  test('is found by the row that the row belongs to, too', () => {
    const service = aService('auth', {
      routes: [
        { ...aRoute('PUT /notes/:id', 'none'), key: { lookup: 'notes', column: 'user_id', by: 'params.id' } },
      ],
      tables: [
        aTable('users', ['email']),
        aTable('notes', ['user_id'], { owner: { by: 'parent', table: 'users', column: 'user_id' } }),
      ],
    });
    const plan = aPlan({ services: { auth: service } });
    assert.deepEqual(validatePlan(plan).errors, []);
    service.routes[0]!.key = { lookup: 'notes', column: 'id', by: 'params.id' };
    const [problem] = validatePlan(plan).errors;
    assert.deepEqual([problem!.path, problem!.hint], ['services.auth.routes[0].key.column', "use 'user_id'"]);
  });
});
