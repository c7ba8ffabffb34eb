import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { colourOf, initialsOf } from './initials.ts';

test('initials are the first letters of the first and the last word', () => {
  assert.equal(initialsOf('Ada Lovelace'), 'AL');
  assert.equal(initialsOf('  grace brewster murray hopper '), 'GH');
  assert.equal(initialsOf('Acme'), 'A');
  assert.equal(initialsOf('"Émile" Zola'), 'ÉZ');
  assert.equal(initialsOf('O\u0308zil (Real)'), 'O\u0308R');
  assert.equal(initialsOf(' - '), '');
});

test('any name has at most two letters and one of eight colours', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      assert.ok([...new Intl.Segmenter().segment(initialsOf(name))].length <= 4);
      assert.ok(colourOf(name) >= 1 && colourOf(name) <= 8);
    }),
  );
});
