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
