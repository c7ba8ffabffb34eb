import assert from 'node:assert/strict';
import { it } from 'node:test';
import { APPLICATION_STATUSES } from '../../api/applications.ts';
import { mayMove } from './decide.ts';

it('an application goes forward only, and not at all once it has ended', () => {
  assert.ok(mayMove('saved', 'applied'));
  assert.ok(mayMove('applied', 'interview'));
  assert.ok(!mayMove('interview', 'screening'));
  for (const end of ['accepted', 'rejected', 'withdrawn'] as const)
    for (const to of APPLICATION_STATUSES) assert.ok(!mayMove(end, to));
});

it('an application never goes to the status that it has', () => {
  for (const status of APPLICATION_STATUSES) assert.ok(!mayMove(status, status));
});
