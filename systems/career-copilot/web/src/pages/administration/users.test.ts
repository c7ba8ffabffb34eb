import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryOfUsers, stateOf, stepsOf, type User, usersSearch } from './users.ts';

const SINCE = '2026-05-20T08:00:00.000Z';
const ADA: User = {
  id: 1,
  email: 'ada@example.com',
  is_active: true,
  role: 'user',
  email_verified_at: SINCE,
  suspended_at: null,
  suspension_reason: null,
  created_at: SINCE,
  updated_at: SINCE,
};

test('what the address says is asked for, and nothing that is not understood', () => {
  assert.deepEqual(queryOfUsers(usersSearch({ q: ' ada', state: 'suspended', role: 'admin' })), {
    limit: 50,
    q: 'ada',
    is_active: false,
    role: 'admin',
  });
  assert.deepEqual(queryOfUsers(usersSearch({ state: 'gone', role: 5, page: '2' })), { limit: 50 });
});

test('an account is locked out by an administrator, by nobody that is known, or gone', () => {
  assert.equal(stateOf(ADA), 'active');
  assert.equal(stateOf({ ...ADA, is_active: false, suspended_at: SINCE }), 'suspended');
  assert.equal(stateOf({ ...ADA, is_active: false }), 'locked');
  assert.equal(stateOf({ ...ADA, is_active: false, email: 'deleted-1@deleted.invalid' }), 'deleted');
});

test('nobody is offered to suspend themselves, or to do anything to an account that is gone', () => {
  assert.deepEqual(stepsOf(ADA, 2), ['suspend']);
  assert.deepEqual(stepsOf(ADA, 1), []);
  assert.deepEqual(stepsOf({ ...ADA, email_verified_at: null }, 2), ['verify', 'suspend']);
  const suspended = { ...ADA, is_active: false, suspended_at: SINCE };
  assert.deepEqual(stepsOf(suspended, 2), ['reinstate']);
  assert.deepEqual(stepsOf({ ...suspended, email: 'deleted-1@deleted.invalid' }, 2), []);
});
