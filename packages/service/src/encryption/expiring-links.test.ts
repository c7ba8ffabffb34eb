import assert from 'node:assert/strict';
import { it } from 'node:test';
import { expiringLinks } from './expiring-links.ts';
import { createSignatures } from './signatures.ts';

const signed = (purpose: string) =>
  expiringLinks(createSignatures(Buffer.alloc(32, 1).toString('base64url'), purpose));
const links = signed('file-link');
const NOON = Date.parse('2026-05-01T12:00:00Z') / 1_000;
const at = (seconds: number) => new Date(seconds * 1_000);
const read = (query: string) => {
  const { expires, signature } = Object.fromEntries(new URLSearchParams(query));
  return { expires: Number(expires), signature: signature! };
};

it('a link is good until its time for what it was made for', () => {
  const query = read(links.queryOf('GET 7', NOON));
  assert.ok(links.isGood('GET 7', query, at(NOON - 1)));
  assert.ok(!links.isGood('GET 7', query, at(NOON)));
});

it('a link is good for nothing else, no longer, by no other signature and of no other purpose', () => {
  const query = read(links.queryOf('GET 7', NOON));
  const now = at(NOON - 1);
  assert.ok(!links.isGood('GET 8', query, now));
  assert.ok(!links.isGood('HEAD 7', query, now));
  assert.ok(!links.isGood('GET 7', { ...query, expires: NOON + 1 }, now));
  // Where what ends and its time begins cannot be moved.
  assert.ok(!links.isGood('GET 7 1', read(links.queryOf('GET 7', NOON)), now));
  for (const signature of ['', 'x', `${query.signature}x`, query.signature.slice(1)])
    assert.ok(!links.isGood('GET 7', { ...query, signature }, now));
  assert.ok(!signed('unsubscribe').isGood('GET 7', query, now));
});
