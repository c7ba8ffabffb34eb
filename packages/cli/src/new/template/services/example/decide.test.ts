import assert from 'node:assert/strict';
import { it } from 'node:test';
import { tidy } from './decide.ts';

it('a text is kept without what nobody sees', () => {
  assert.equal(tidy('  two \n words '), 'two words');
  assert.equal(tidy(' \t'), '');
});
