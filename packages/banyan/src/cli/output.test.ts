import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { ago, bytes, duration, milliseconds, plural, table, wrap } from './output.ts';

describe('wrap', () => {
  const words = fc.array(fc.stringMatching(/^[a-z0-9]{1,30}$/), { minLength: 1, maxLength: 30 });

  test('loses no word and keeps their order', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 120 }), (given, width) => {
        assert.deepEqual(wrap(given.join(' '), width).join(' ').split(' '), given);
      }),
    );
  });

  test('keeps every line within the width, but for a word that is longer alone', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 120 }), (given, width) => {
        for (const line of wrap(given.join(' '), width))
          assert.ok(line.length <= width || !line.includes(' '));
      }),
    );
  });
});

describe('table', () => {
  test('aligns columns, wraps the last one, and leaves no blanks at line ends', () => {
    const rows = [
      ['#', 'STEP', 'WHY'],
      ['1', 'copying', 'a reason that is longer than the line has room for'],
      ['10', '', ''],
    ];
    assert.deepEqual(table(rows, 40), [
      '#   STEP     WHY',
      '1   copying  a reason that is longer',
      '             than the line has room for',
      '10',
    ]);
  });

  test('does not count colours as characters', () => {
    const [plain, coloured] = table([
      ['ab', 'x'],
      ['\u001b[31mab\u001b[39m', 'x'],
    ]);
    assert.equal(stripVTControlCharacters(coloured!), plain);
  });

  test('of nothing is nothing', () => {
    assert.deepEqual(table([]), []);
  });
});

test('figures are written as people say them', () => {
  assert.deepEqual([0, 0.44, 12.4, 150, 7_300, 200_000].map(duration), [
    '0 s',
    '0.4 s',
    '12 s',
    '3 min',
    '2 h',
    '2 d',
  ]);
  assert.deepEqual([0, 999, 1_000, 12_345, 4.2e9].map(bytes), ['0 B', '999 B', '1.0 kB', '12 kB', '4.2 GB']);
  assert.deepEqual([0, 4.12, 2_000].map(milliseconds), ['0 ms', '4.1 ms', '2,000 ms']);
  assert.deepEqual([plural(1, 'row'), plural(2_000, 'row')], ['1 row', '2,000 rows']);
  const now = new Date('2026-01-02T03:04:05Z');
  assert.deepEqual([ago(null, now), ago('2026-01-02T03:03:53Z', now)], ['never', '12 s ago']);
});
