import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bodyChecks } from './body-schema.ts';

const compile = bodyChecks();
const codeOf = (schema: unknown, body: string) => compile(schema)(Buffer.from(body))?.code ?? null;
const list = (length: number, item: string) => `[${Array.from({ length }, () => item).join(',')}]`;
const lists = (depth: number, leaf = '') => '['.repeat(depth) + leaf + ']'.repeat(depth);

describe('the check of a body', () => {
  it('refuses what is nested deeper than its limit, and no less', () => {
    const schema = { properties: { a: { $ref: '#' } } };
    assert.equal(codeOf(schema, lists(100)), null);
    assert.equal(codeOf(schema, lists(600)), 'body-too-complex');
    const objects = `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`;
    assert.equal(codeOf(schema, objects), 'body-too-complex');
    assert.equal(codeOf(schema, JSON.stringify({ a: '[{'.repeat(1_000) })), null);
  });

  it('gives up on a schema whose work grows with the power of the depth', () => {
    const twice = {
      anyOf: [
        { type: 'array', items: { $ref: '#' } },
        { type: 'array', items: { $ref: '#' } },
      ],
    };
    assert.equal(codeOf(twice, lists(5)), null);
    assert.equal(codeOf(twice, lists(60, '1')), 'body-too-complex');
  });

  it('takes time in proportion to the body for lists that are wrong or must be unique', {
    timeout: 20_000,
  }, () => {
    assert.equal(codeOf({ type: 'array', items: { type: 'string' } }, list(500_000, '1')), 'invalid-body');
    const numbers = `[${Array.from({ length: 100_000 }, (_, index) => `{"n":${index}}`).join(',')}]`;
    assert.equal(codeOf({ type: 'array', uniqueItems: true }, numbers), null);
    assert.equal(codeOf({ uniqueItems: true }, '[{"a":1,"b":2},{"b":2,"a":1}]'), 'invalid-body');
    assert.equal(codeOf({ uniqueItems: false }, '[1,1]'), null);
  });

  it('tells all that is wrong with a small body, up to twenty things', () => {
    const check = compile({ type: 'array', items: { type: 'string' } });
    assert.equal(check(Buffer.from(list(3, '1')))?.errors?.length, 3);
    assert.equal(check(Buffer.from(list(100, '1')))?.errors?.length, 20);
    assert.deepEqual(check(null)?.errors, [{ pointer: '', message: 'must be array' }]);
    assert.equal(codeOf(true, '{'), 'invalid-json');
  });
});
