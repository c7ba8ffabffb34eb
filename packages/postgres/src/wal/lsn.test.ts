import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatLsn, formatMicros, parseLsn } from '../index.ts';

test('a position is read and written as PostgreSQL does', () => {
  assert.equal(parseLsn('0/16B3748'), 23_803_720n);
  assert.equal(formatLsn(23_803_720n), '0/16B3748');
  assert.equal(formatLsn(parseLsn('FFFFFFFF/FFFFFFFF')), 'FFFFFFFF/FFFFFFFF');
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lsn) => parseLsn(formatLsn(lsn)) === lsn),
  );
});

test('what is not a position is refused', () => {
  for (const text of ['', '0', '0/', '/0', '0/G', '0/123456789', ' 0/1']) assert.throws(() => parseLsn(text));
});

test('microseconds since 1970 are written to the microsecond, before 1970 too', () => {
  assert.equal(formatMicros(1_795_290_970_502_575n), '2026-11-21T19:56:10.502575Z');
  assert.equal(formatMicros(0n), '1970-01-01T00:00:00.000000Z');
  assert.equal(formatMicros(-1n), '1969-12-31T23:59:59.999999Z');
});
