import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dayOf, momentOf, textOf, timeOf } from './date-values.ts';

const moments = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 16));

test('a day, a moment and a time of day come back as the text that they were', () => {
  fc.assert(
    fc.property(moments, (text) => {
      assert.equal(textOf(momentOf(text)), text);
      assert.equal(textOf(dayOf(text.slice(0, 10))), text.slice(0, 10));
      assert.equal(textOf(timeOf(text.slice(11))), text.slice(11));
    }),
  );
});

test('what is no day of the calendar is an empty field, not an error', () => {
  for (const text of ['', '2026-02-30', '2026-13-01', 'tomorrow', null, undefined])
    assert.equal(dayOf(text), null);
  assert.equal(momentOf('2026-11-27T25:00'), null);
  assert.equal(timeOf('24:61'), null);
});
