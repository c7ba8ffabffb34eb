import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decide, MOST_ATTEMPTS, type Outcome, retryAfterMs } from './decide.ts';

const now = new Date('2026-11-01T10:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const answer = (status: number, retryAfter?: number): Outcome => ({
  is: 'answer',
  status,
  retryAfterMs: retryAfter,
});
const after = (outcome: Outcome, known: Partial<Parameters<typeof decide>[1]> = {}) =>
  decide(outcome, { attempt: 1, failingSince: null, now, chance: 0.5, ...known });

describe('an attempt', () => {
  it('that was answered by 2xx is the last, and all that failed before is forgotten', () => {
    for (const status of [200, 204, 299])
      assert.deepEqual(after(answer(status), { failingSince: ago(200), attempt: 10 }), {
        state: { is: 'delivered' },
        failingSince: null,
        disable: null,
      });
  });

  it('that was not is made again later and later, until the delivery is dead', () => {
    const pauses: number[] = [];
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt++) {
      const { state } = after(answer(500), { attempt });
      assert.ok(state.is === 'pending');
      pauses.push(state.dueAt.getTime() - now.getTime());
    }
    assert.deepEqual(
      pauses,
      pauses.toSorted((a, b) => a - b),
    );
    assert.equal(pauses[0], 5_000);
    const days = pauses.reduce((sum, one) => sum + one) / 86_400_000;
    assert.ok(days > 3 && days < 4, `${days}`);
    assert.deepEqual(after(answer(500), { attempt: MOST_ATTEMPTS }).state, { is: 'dead' });
  });

  it('that led elsewhere, or nowhere, has failed', () => {
    for (const outcome of [answer(301), answer(404), { is: 'error', code: 'NOT_PUBLIC' }] as Outcome[])
      assert.equal(after(outcome).state.is, 'pending');
  });

  it('is never made sooner than four fifths of its pause, nor than it was asked to, within a day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MOST_ATTEMPTS - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 10 ** 9 }),
        (attempt, chance, asked) => {
          const due = (outcome: Outcome, at: number) => {
            const { state } = after(outcome, { attempt, chance: at });
            assert.ok(state.is === 'pending');
            return state.dueAt.getTime() - now.getTime();
          };
          const middle = due(answer(500), 0.5);
          const pause = due(answer(500), chance);
          assert.ok(pause >= middle * 0.8 - 1 && pause <= middle * 1.2 + 1);
          assert.equal(due(answer(429, asked), chance), Math.max(pause, Math.min(asked, 86_400_000)));
        },
      ),
    );
  });
});

describe('an endpoint', () => {
  it('is disabled when nothing has succeeded for five days, not before', () => {
    assert.equal(after(answer(500)).failingSince?.getTime(), now.getTime());
    assert.equal(after(answer(500), { failingSince: ago(119.9) }).disable, null);
    assert.equal(after(answer(500), { failingSince: ago(120) }).disable, 'failing');
    assert.equal(after(answer(200), { failingSince: ago(500) }).disable, null);
  });

  it('is disabled at once when it says that it is gone', () => {
    assert.equal(after(answer(410)).disable, 'gone');
    assert.equal(after(answer(404)).disable, null);
  });
});

it('a Retry-After is seconds or a date, or nothing', () => {
  assert.equal(retryAfterMs('120', now), 120_000);
  assert.equal(retryAfterMs('Sun, 01 Nov 2026 10:01:00 GMT', now), 60_000);
  assert.equal(retryAfterMs('Sun, 01 Nov 2020 10:01:00 GMT', now), 0);
  for (const header of [undefined, '', 'soon', '-5x']) assert.equal(retryAfterMs(header, now), undefined);
});
