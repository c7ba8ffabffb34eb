import assert from 'node:assert/strict';
import { test } from 'node:test';
import { happeningsOf, stateAt } from './happenings.ts';

const day = (n: number) => `2026-04-0${n}T08:00:00.000Z`;
const step = (id: number, from_status: string | null, to_status: string, created_at: string) => ({
  id,
  from_status,
  to_status,
  note: null,
  created_at,
});
const ALL = happeningsOf({
  steps: [step(1, null, 'saved', day(1)), step(2, 'saved', 'applied', day(3))],
  notes: [{ id: 1, body: 'Call them', is_private: true, created_at: day(2) }],
  documents: [{ id: 1, name: 'cv.pdf', created_at: day(3) }],
});

test('what happened last stands first, and of one moment what followed', () => {
  assert.deepEqual(
    ALL.map(({ key }) => key),
    ['document-1', 'step-2', 'note-1', 'step-1'],
  );
});

test('an application was in the state of its last step before then', () => {
  assert.equal(stateAt(ALL, '2026-03-31T00:00:00.000Z'), null);
  assert.equal(stateAt(ALL, day(1)), 'saved');
  assert.equal(stateAt(ALL, day(2)), 'saved');
  assert.equal(stateAt(ALL, day(4)), 'applied');
});
