import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { codesAsText, readable } from './factor-text.ts';

it('a secret is read in groups, and loses nothing by it', () => {
  assert.equal(readable('ABCDEFGHIJKLMNOP'), 'ABCD-EFGH-IJKL-MNOP');
  assert.equal(readable('ABCDE'), 'ABCD-E');
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z2-7]{0,40}$/), (secret) => {
      assert.equal(readable(secret).replaceAll('-', ''), secret);
    }),
  );
});

it('codes for recovery are kept one a line', () => {
  assert.equal(codesAsText(['ABCD-EFGH', 'IJKL-MNOP']), 'ABCD-EFGH\nIJKL-MNOP\n');
});
