import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { codesAsText, readable } from './recovery-codes.ts';

it('a recovery code is read in groups, and loses nothing by it', () => {
  assert.equal(readable('ABCDEFGHIJKLMNOP'), 'ABCD-EFGH-IJKL-MNOP');
  assert.equal(readable('ABCDE'), 'ABCD-E');
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z2-7]{0,40}$/), (code) => {
      assert.equal(readable(code).replaceAll('-', ''), code);
    }),
  );
});

it('recovery codes are kept one a line', () => {
  assert.equal(codesAsText(['ABCDEFGH', 'IJKLMNOP']), 'ABCD-EFGH\nIJKL-MNOP\n');
});
