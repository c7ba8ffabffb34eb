import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionOf, entryOfAction, freshAction } from './action-entry.ts';

const ZONE = 'Europe/Berlin';
const BEFORE = Date.parse('2026-06-01T00:00:00.000Z');

test('something new is due tomorrow at nine', () => {
  assert.deepEqual(freshAction('2026-05-31T22:15:00'), { what: '', due: '2026-06-01T09:00', remind: '60' });
});

test('times are those of the wall', () => {
  const entry = { what: 'Ask again', due: '2026-06-02T09:00', remind: '1440' };
  const action = actionOf(entry, ZONE, BEFORE);
  assert.deepEqual(action, {
    what: 'Ask again',
    due_at: '2026-06-02T07:00:00.000Z',
    remind_at: '2026-06-01T07:00:00.000Z',
  });
  assert.deepEqual(entryOfAction(action as Required<typeof action>, ZONE), entry);
});

test('nobody is told who does not want to be, or when it is too late', () => {
  const entry = { what: 'Ask again', due: '2026-06-02T09:00', remind: 'never' };
  assert.equal(actionOf(entry, ZONE, BEFORE).remind_at, undefined);
  const late = Date.parse('2026-06-01T08:00:00.000Z');
  assert.equal(actionOf({ ...entry, remind: '1440' }, ZONE, late).remind_at, undefined);
  assert.equal(
    entryOfAction({ what: '', due_at: '2026-06-02T07:00:00.000Z', remind_at: null }, ZONE).remind,
    'never',
  );
});
