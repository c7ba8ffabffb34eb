import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatToken, hashOfSecret, isGoodLink, newSecret, type Purpose, parseToken } from './links.ts';

const PURPOSES: Purpose[] = ['verify_email', 'reset_password'];
const NOW = new Date('2026-01-01T00:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);

const link = (secret: string, purpose: Purpose, email: string, expiresAt = later(1)) => ({
  purpose,
  secret_hash: hashOfSecret(secret, { purpose, email }),
  expires_at: expiresAt,
});

test('a link is good for its purpose, its address and its secret, until its time is over, and for nothing else', () => {
  const purposes = fc.constantFrom(...PURPOSES);
  const secrets = fc.constantFrom(newSecret(), newSecret());
  const emails = fc.constantFrom('a@example.com', 'b@example.com');
  const given = fc.record({
    purpose: purposes,
    secret: secrets,
    email: emails,
    lifeMs: fc.integer({ min: -5, max: 5 }),
  });
  const shown = fc.record({ purpose: purposes, secret: secrets, email: emails });
  fc.assert(
    fc.property(given, shown, (made, used) => {
      const stored = link(made.secret, made.purpose, made.email, later(made.lifeMs));
      const same = made.purpose === used.purpose && made.secret === used.secret && made.email === used.email;
      assert.equal(isGoodLink(stored, used.secret, used, NOW), same && made.lifeMs > 0);
    }),
  );
});

test('a link that is not there is not good', () => {
  assert.equal(isGoodLink(undefined, newSecret(), { purpose: 'verify_email', email: '' }, NOW), false);
});

test('a token is read as it was written, and nothing else is one', () => {
  const [id, secret] = ['0b6cb7a5-27b6-4a0b-9df2-4d4ef0a8c7a1', newSecret()];
  assert.deepEqual(parseToken(formatToken(id, secret)), { id, secret });
  for (const other of ['', id, `${id}.`, `${id}.${secret}x`, `${id}.${secret} `, `x${id}.${secret}`])
    assert.equal(parseToken(other), null);
  fc.assert(fc.property(fc.string(), (text) => assert.equal(parseToken(text), null)));
});
