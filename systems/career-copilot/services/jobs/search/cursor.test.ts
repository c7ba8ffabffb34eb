import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../../../kit/legacy-errors.ts';
import { readCursor, writeCursor } from './cursor.ts';

it('a cursor is read as it was written, to the last digit of its score', () => {
  const score = fc.double({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0);
  fc.assert(
    fc.property(fc.nat(), score, fc.integer(), (asOf, score, id) => {
      assert.deepEqual(readCursor(writeCursor({ asOf, score, id })), { asOf, score, id });
    }),
  );
});

it('anything else is refused, and nothing else is thrown', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (text) => {
        try {
          readCursor(text);
        } catch (error) {
          assert.ok(error instanceof ApiError && error.code === 'BAD_CURSOR');
        }
      },
    ),
  );
});
