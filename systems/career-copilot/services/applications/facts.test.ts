import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type ApplicationRow, fromRows } from './facts.ts';

const SAVED: ApplicationRow = { id: 3, user_id: 7, job_id: 12, status: 'saved' };
const { insert, update } = fromRows.applications!;
const at = new Date('2026-11-01T10:00:00Z');

it('an application that the monolith makes or moves on is told as one of the service’s own', () => {
  assert.deepEqual(insert!(SAVED, { at }), {
    type: 'ApplicationCreated',
    data: { userId: 7, applicationId: 3, jobId: 12, status: 'saved' },
  });
  assert.deepEqual(update!(SAVED, { ...SAVED, status: 'applied' }, { at }), {
    type: 'ApplicationStatusChanged',
    data: { userId: 7, applicationId: 3, from: 'saved', to: 'applied' },
  });
});

it('what changes but the status is nobody’s concern', () => {
  assert.equal(update!(SAVED, { ...SAVED }, { at }), undefined);
});
