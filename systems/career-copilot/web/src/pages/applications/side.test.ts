import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Side, sideOf } from './side.ts';

const ALL = { monolith: true, service: true };
const NONE = { monolith: false, service: false };

test('at first it is waited for whoever answers', () => {
  assert.equal(sideOf({ tracking: 'unknown', has: ALL, shown: 'none' }), 'none');
  assert.equal(sideOf({ tracking: 'there', has: { ...ALL, service: false }, shown: 'none' }), 'none');
  assert.equal(sideOf({ tracking: 'there', has: ALL, shown: 'none' }), 'service');
  assert.equal(sideOf({ tracking: 'missing', has: { ...ALL, service: false }, shown: 'none' }), 'monolith');
});

test('while applications move, what is shown stays until the other side has answered', () => {
  for (const [tracking, from, to] of [
    ['there', 'monolith', 'service'],
    ['missing', 'service', 'monolith'],
  ] as const) {
    assert.equal(sideOf({ tracking, has: { ...ALL, [to]: false }, shown: from }), from);
    assert.equal(sideOf({ tracking, has: ALL, shown: from }), to);
    assert.equal(sideOf({ tracking: 'unknown', has: ALL, shown: from }), from);
  }
});

test('of what nobody has, nothing is shown', () => {
  for (const shown of ['monolith', 'service', 'none'] satisfies Side[])
    assert.equal(sideOf({ tracking: 'there', has: NONE, shown }), 'none');
});
