import assert from 'node:assert/strict';
import { it } from 'node:test';
import { APPLICATION_STATUSES } from '../../api/applications.ts';
import { APPLICATION_STATES } from '../../api/tracking.ts';
import { mayMove } from '../../api/transitions.ts';
import { isIrregular, nextOf } from './transitions.ts';

it('an application goes forward only, and not at all once it has ended', () => {
  assert.ok(mayMove('saved', 'applied'));
  assert.ok(mayMove('applied', 'interview'));
  assert.ok(!mayMove('interview', 'screening'));
  for (const end of ['accepted', 'rejected', 'withdrawn'] as const)
    for (const to of APPLICATION_STATES) assert.ok(!mayMove(end, to));
});

it('an application never goes to the status that it has', () => {
  for (const status of APPLICATION_STATUSES) assert.ok(!mayMove(status, status));
});

it('one that nobody answered goes back to where it was, or on from there', () => {
  for (const stage of APPLICATION_STATUSES) {
    const before = nextOf({ stage, ghosted: false });
    const ghosted = nextOf({ stage, ghosted: true });
    assert.deepEqual(new Set(ghosted), new Set([stage, ...before.filter((to) => to !== 'ghosted')]));
  }
  assert.ok(!nextOf({ stage: 'saved', ghosted: false }).includes('ghosted'));
});

it('what nobody knows may be put right, to anything that is known', () => {
  assert.deepEqual(nextOf({ stage: null, ghosted: false }), APPLICATION_STATUSES);
});

it('legacy data that breaks the table is marked, by its status or by any step', () => {
  const good = [
    { from: null, to: 'saved' },
    { from: 'saved', to: 'applied' },
  ];
  assert.ok(!isIrregular('applied', good));
  assert.ok(isIrregular('archived', good));
  assert.ok(isIrregular('applied', [...good, { from: 'applied', to: 'saved' }]));
  assert.ok(isIrregular('applied', [...good, { from: 'applied', to: 'on hold' }]));
  assert.ok(isIrregular('applied', [...good, { from: 'toString', to: 'applied' }]));
});
