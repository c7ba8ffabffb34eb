import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Known, stepFor } from './appointment.ts';

const NOW = new Date('2026-11-27T10:00:00Z');
const in_ = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);
const action = (id: number, hours: number) => ({ id, dueAt: in_(hours) });
const interview = (actionId: number | null, hours: number, cancelled = false) => ({
  actionId,
  startsAt: in_(hours),
  cancelled,
});
const step = (known: Partial<Known>) =>
  stepFor({ status: 'interview', action: null, interview: null, ...known }, NOW);

it('an application at its interview has one as soon as it is known when', () => {
  assert.deepEqual(step({ action: action(1, 5) }), { is: 'make', actionId: 1, startsAt: in_(5) });
  for (const status of ['applied', 'offer', 'rejected', null])
    assert.deepEqual(step({ status, action: action(1, 5) }), { is: 'none' });
  assert.deepEqual(step({ action: action(1, -1) }), { is: 'none' });
});

it('another time moves what is to come; after what is over it is another interview', () => {
  const next = { actionId: 2, startsAt: in_(9) };
  assert.deepEqual(step({ action: action(2, 9), interview: interview(1, 5) }), { is: 'move', ...next });
  assert.deepEqual(step({ action: action(2, 9), interview: interview(1, -5) }), { is: 'make', ...next });
});

it('heard of again it is the same, also when its user has moved it or called it off here', () => {
  for (const known of [interview(1, 5), interview(1, 7), interview(1, -7), interview(1, 5, true)])
    assert.deepEqual(step({ action: action(1, 5), interview: known }), { is: 'none' });
  const another = step({ action: action(2, 9), interview: interview(1, 5, true) });
  assert.deepEqual(another, { is: 'make', actionId: 2, startsAt: in_(9) });
});

it('one that is to come goes with its reason, one that is over stays', () => {
  for (const why of [
    { action: null },
    { action: action(1, 5), status: 'rejected' },
    { action: action(2, -1) },
  ]) {
    assert.deepEqual(step({ ...why, interview: interview(1, 5) }), { is: 'cancel' });
    assert.deepEqual(step({ ...why, interview: interview(1, -5) }), { is: 'none' });
    assert.deepEqual(step({ ...why, interview: interview(1, 5, true) }), { is: 'none' });
  }
});
