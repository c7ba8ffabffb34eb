import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { distance, meantBy } from './typos.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 9 });

describe('how far two words are apart', () => {
  it('is one for a letter left out, added, changed or exchanged with its neighbour', () => {
    for (const typo of ['nrse', 'nuurse', 'nurze', 'nusre', 'unrse'])
      assert.equal(distance(typo, 'nurse', 2), 1, typo);
  });

  it('is the same both ways, and nothing for the same word only', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        assert.equal(distance(a, b, 9), distance(b, a, 9));
        assert.equal(distance(a, b, 9) === 0, a === b);
      }),
    );
  });

  it('is told as more than the limit where it is', () => {
    fc.assert(
      fc.property(word, word, fc.nat(3), (a, b, limit) => {
        assert.equal(distance(a, b, limit), Math.min(distance(a, b, 9), limit + 1));
      }),
    );
  });
});

describe('what a word was meant to be', () => {
  it('is what is nearest, one letter off for short words and two for longer ones', () => {
    assert.deepEqual(meantBy('nusre', ['nurse', 'nursery', 'purse', 'user']), ['nurse']);
    assert.deepEqual(meantBy('enginer', ['engineer', 'engine', 'manager']), ['engine', 'engineer']);
    assert.deepEqual(meantBy('go', ['do', 'so']), []);
  });

  it('is three words at most, and never the word itself', () => {
    assert.deepEqual(meantBy('cook', ['cook', 'book', 'look', 'hook', 'took']), ['book', 'hook', 'look']);
  });
});
