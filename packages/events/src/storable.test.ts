import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unstorable } from './storable.ts';

test('what cannot be stored is named with its place', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  assert.match(unstorable({ a: [{ b: 'x\0' }] })!, /^\/a\/0\/b holds a NUL/);
  assert.match(unstorable({ a: '\ud800' })!, /^\/a holds/);
  assert.match(unstorable({ 'a\0': 1 })!, /^a name in \/ holds/);
  assert.match(unstorable({ n: 1n })!, /BigInt/);
  assert.match(unstorable(cycle)!, /circular/i);
  assert.equal(unstorable({ a: [1, Number.NaN] }), '/a/1 is NaN');
  assert.equal(unstorable({ a: Number.POSITIVE_INFINITY }), '/a is Infinity');
  assert.equal(unstorable({ a: { b: () => 1 } }), '/a/b is a function');
  assert.equal(unstorable({ a: Symbol('b') }), '/a is a symbol');
  assert.equal(unstorable({ a: new Map([[1, 2]]) }), '/a is a Map');
  assert.equal(
    unstorable({ a: undefined, b: new Date(0), c: null, d: JSON.parse('{"__proto__": {}}') }),
    undefined,
  );
});

test('a text is refused if and only if it holds a NUL or half of a surrogate pair', () => {
  const texts = fc.array(
    fc.constantFrom('\\', 'u', '0000', 'd800', '\0', '\ud800', '\udc00', '😀', '"', 'a'),
  );
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join('');
      assert.equal(unstorable({ text }) !== undefined, text.includes('\0') || !text.isWellFormed());
    }),
    { seed: 9, numRuns: 500 },
  );
});
