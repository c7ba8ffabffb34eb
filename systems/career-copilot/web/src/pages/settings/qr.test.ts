import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { encode } from 'uqr';
import { qrPath, runsOf } from './qr.ts';

it('runs of a row are its dark modules, each once', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (row) => {
      const drawn = row.map(() => false);
      for (const [start, length] of runsOf(row)) drawn.fill(true, start, start + length);
      assert.deepEqual(drawn, row);
      for (const [start] of runsOf(row)) assert.notEqual(row[start - 1], true);
    }),
  );
});

it('a code is drawn as the library has it, with light around', () => {
  const text = 'otpauth://totp/Career%20Copilot:ada@example.com?secret=JBSWY3DPEHPK3PXP';
  const { path, size } = qrPath(text);
  assert.equal(size, encode(text, { border: 4 }).size);
  assert.match(path, /^(M\d+ \d+h\d+v1h-\d+z)+$/);
  const [x, y] = path.match(/\d+/g)!.map(Number);
  assert.deepEqual([x, y], [4, 4]);
});
