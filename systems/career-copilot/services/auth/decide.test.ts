import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideRefresh, needsRehash, schemeOf } from './decide.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const good = { revoked: false, rotated_at: null, expires_at: ago(-1000) };
const GRACE = 10_000;

describe('decideRefresh', () => {
  it('exchanges a good token', () => {
    assert.equal(decideRefresh(good, NOW, GRACE), 'rotate');
  });

  it('refuses unknown, expired and ended tokens', () => {
    assert.equal(decideRefresh(undefined, NOW, GRACE), 'refuse');
    assert.equal(decideRefresh({ ...good, expires_at: NOW }, NOW, GRACE), 'refuse');
    assert.equal(decideRefresh({ ...good, revoked: true }, NOW, GRACE), 'refuse');
  });

  it('bears a second try within the grace, and calls a later one reuse', () => {
    const rotated = (ms: number) => ({ ...good, revoked: true, rotated_at: ago(ms) });
    assert.equal(decideRefresh(rotated(0), NOW, GRACE), 'rotate-again');
    assert.equal(decideRefresh(rotated(GRACE), NOW, GRACE), 'rotate-again');
    assert.equal(decideRefresh(rotated(GRACE + 1), NOW, GRACE), 'reuse');
  });

  it('refuses an exchanged token that has expired without calling it reuse', () => {
    const old = { revoked: true, rotated_at: ago(20_000), expires_at: ago(1) };
    assert.equal(decideRefresh(old, NOW, GRACE), 'refuse');
  });
});

describe('password schemes', () => {
  it('go up and never down', () => {
    assert.equal(needsRehash('$2b$10$abc', 'argon2id'), true);
    assert.equal(needsRehash('$2b$10$abc', 'bcrypt'), false);
    assert.equal(needsRehash('$argon2id$v=19$abc', 'argon2id'), false);
    assert.equal(needsRehash('$argon2id$v=19$abc', 'bcrypt'), false);
  });

  it('leave a deleted account without one', () => {
    assert.equal(schemeOf('!'), 'none');
    assert.equal(needsRehash('!', 'argon2id'), false);
  });
});
