import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bodyChecks } from './body-schema.ts';
import { withCpuBudget } from './cpu-budget.ts';

describe('withCpuBudget work', () => {
  test('gives its result, and what it throws', () => {
    assert.equal(
      withCpuBudget(1_000, () => 7),
      7,
    );
    assert.throws(() => withCpuBudget(1_000, () => assert.fail('its own')), /its own/);
  });

  test('is stopped when it takes too long, also inside a regular expression', () => {
    assert.equal(
      withCpuBudget(20, () => {
        for (;;);
      }),
      null,
    );
    assert.equal(
      withCpuBudget(20, () => /^(a+)+$/.test(`${'a'.repeat(40)}!`)),
      null,
    );
  });
});

test('a body that makes a pattern of its schema backtrack is refused', () => {
  for (const schema of [
    { type: 'object', properties: { name: { pattern: '^(a+)+$' } } },
    { type: 'object', additionalProperties: { pattern: '^(a|a)*$' } },
    { type: 'object', patternProperties: { '^(\\w+\\s?)*$': { type: 'string' } } },
  ]) {
    const check = bodyChecks()(schema);
    const long = `${'a'.repeat(40)}!`;
    assert.equal(check(Buffer.from(JSON.stringify({ name: long, [long]: 1 })))?.code, 'body-too-complex');
    assert.equal(check(Buffer.from('{}')), null);
  }
});
