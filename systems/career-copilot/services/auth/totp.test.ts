import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base32, codeAt, otpauthUri, stepOf } from './totp.ts';

const SECRET = Buffer.from('12345678901234567890');

test('codes are those of RFC 6238, appendix B, in six digits', () => {
  const vectors: [seconds: number, code: string][] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ];
  for (const [seconds, code] of vectors) assert.equal(codeAt(SECRET, Math.floor(seconds / 30)), code);
});

test('a code is good for its step and one before and after, once, and never again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 2 ** 32 }), fc.integer({ min: -5, max: 5 }), (step, off) => {
      const now = new Date((step + off) * 30_000);
      const found = stepOf(SECRET, codeAt(SECRET, step), now, 0);
      // Another step may have the same code by chance.
      if (Math.abs(off) <= 1) assert.ok(found !== null && Math.abs(found - step) <= 2);
      if (found !== null) assert.notEqual(stepOf(SECRET, codeAt(SECRET, step), now, found), found);
      assert.equal(stepOf(SECRET, codeAt(SECRET, step), now, step + off + 1), null);
    }),
  );
});

test('whatever else is given is no code', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^\d{6}$/.test(text));
      assert.equal(stepOf(SECRET, text, new Date(59_000), 0), null);
    }),
  );
});

test('apps can read the secret', () => {
  assert.equal(base32(Buffer.from('foobar')), 'MZXW6YTBOI');
  assert.equal(
    otpauthUri(SECRET, { issuer: 'Career Copilot', account: 'a+b@example.com' }),
    'otpauth://totp/Career%20Copilot:a%2Bb%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Career%20Copilot',
  );
});
