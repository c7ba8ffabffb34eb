import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planDefaults, planJsonSchema, planReference } from './reference.ts';
import { resolvePlan } from './resolve/resolve.ts';
import { aPlan, aService } from './testing/plans.ts';

describe('the reference of the plan', () => {
  test('tells the defaults that hold when a field is left out', () => {
    const plan = aPlan({ services: { auth: aService('auth') }, contexts: { auth: {} } });
    plan.gateway = { issuers: plan.gateway.issuers };
    const resolved = resolvePlan(plan) as unknown as Record<string, unknown>;
    for (const [path, told] of planDefaults()) {
      // What resolvePlan makes of a list of shares are basis points, and the plan's own policy ends in its services.
      if (
        path.endsWith('.steps') ||
        path.startsWith('rollout.') ||
        ['gateway.issuers', 'contexts'].includes(path)
      )
        continue;
      const parts = path.replace('<name>', 'auth').replace('[]', '.0').split('.');
      const found = parts.reduce<unknown>(
        (value, part) => (value as Record<string, unknown>)[part],
        resolved,
      );
      assert.deepEqual(found, told, path);
    }
  });

  test('says something about every field', () => {
    const rows = planReference()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    assert.ok(rows.length > 70, `${rows.length}`);
    for (const row of rows) {
      const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      assert.equal(cells.length, 6, row);
      assert.match(cells[4]!, /\.$/, `no sentence says what it is: ${row}`);
      assert.notEqual(cells[2], '', row);
    }
  });

  test('tells a record that stands in two places once', () => {
    assert.match(planReference(), /^## `services\.<name>\.rollout` and `rollout`$/m);
  });

  test('is JSON Schema too, without the words of our own messages', () => {
    const text = JSON.stringify(planJsonSchema());
    assert.doesNotMatch(text, /"must":|"example":|"otherwise":/);
    assert.match(text, /"timeoutMs":\{"type":"integer"/);
  });
});
