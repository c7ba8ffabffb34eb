import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fromRows, type NotificationRow } from './facts.ts';

const NEW: NotificationRow = { id: 3, user_id: 7, kind: 'status_changed', is_read: false };
const READ = { ...NEW, is_read: true };

it('a new row is told once, and that it was read once', () => {
  const { insert, update } = fromRows.notifications;
  assert.deepEqual(insert(NEW), {
    type: 'NotificationSent',
    data: { userId: 7, kind: 'status_changed', channel: 'in_app', notificationId: 3 },
  });
  assert.deepEqual(update(NEW, READ), {
    type: 'NotificationRead',
    data: { userId: 7, notificationId: 3 },
  });
  for (const [before, after] of [
    [NEW, NEW],
    [READ, READ],
    [READ, NEW],
  ] as const)
    assert.equal(update(before, after), undefined);
});
