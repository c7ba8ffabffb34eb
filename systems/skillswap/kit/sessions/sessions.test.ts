import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HALF_REFUND_HOURS, keptCredits, refundShare } from './cancellation.ts';
import { DISPUTE_DAYS, HELD_AFTER_END_DAYS, settlementOf } from './settlement.ts';
import {
  type Actor,
  CLOSED_AFTER_HOURS,
  EARLY_START_MINUTES,
  FULL_REFUND_HOURS,
  moved,
  SESSION_STATES,
  type SessionAction,
  type SessionState,
  TAKING,
  TRANSITIONS,
} from './transitions.ts';

const HOUR = 3_600_000;
const startsAt = Date.parse('2026-06-01T10:00:00Z');
const endsAt = startsAt + HOUR;

const actions = Object.keys(TRANSITIONS) as SessionAction[];
const action = fc.constantFrom(...actions);
const actor = fc.constantFrom<Actor>('seeker', 'provider', 'clock');

const move = (state: SessionState, action: SessionAction, actor: Actor, now: number) =>
  moved({ state, startsAt, endsAt }, action, actor, now);

describe('sessions', () => {
  it('end in one of three states, out of which nothing leads, and get nowhere by what is refused', () => {
    const step = fc.tuple(action, actor, fc.integer({ min: -40, max: 40 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let state: SessionState = 'REQUESTED';
        for (const [action, actor, hours] of steps) {
          const result = move(state, action, actor, startsAt + hours * HOUR);
          if ('refused' in result) continue;
          assert.ok(TAKING.includes(state), `${state} was the end`);
          assert.ok(TRANSITIONS[action].from.includes(state) && TRANSITIONS[action].by.includes(actor));
          state = result.to;
        }
      }),
    );
    const reached = new Set(actions.map((one) => TRANSITIONS[one].to));
    assert.deepEqual(
      SESSION_STATES.filter((state) => !reached.has(state)),
      [],
    );
  });

  it('are accepted, scheduled, started and completed in this order', () => {
    const accepted = move('REQUESTED', 'accept', 'provider', startsAt - 30 * HOUR);
    assert.deepEqual(accepted, { to: 'ACCEPTED' });
    assert.deepEqual(move('ACCEPTED', 'schedule', 'provider', startsAt - HOUR), { to: 'SCHEDULED' });
    assert.deepEqual(move('SCHEDULED', 'start', 'seeker', startsAt), { to: 'IN_PROGRESS' });
    assert.deepEqual(move('IN_PROGRESS', 'complete', 'provider', endsAt), { to: 'COMPLETED' });
  });

  it('are refused what is not for this person, this state or this moment', () => {
    assert.deepEqual(move('REQUESTED', 'accept', 'seeker', 0), { refused: 'NOT_YOURS_TO_MOVE' });
    assert.deepEqual(move('CANCELLED', 'accept', 'provider', 0), { refused: 'BAD_STATE' });
    assert.deepEqual(move('REQUESTED', 'accept', 'provider', startsAt), { refused: 'NOT_THE_TIME' });
    const early = startsAt - EARLY_START_MINUTES * 60_000;
    assert.deepEqual(move('SCHEDULED', 'start', 'provider', early - 1), { refused: 'NOT_THE_TIME' });
    assert.deepEqual(move('SCHEDULED', 'start', 'provider', early), { to: 'IN_PROGRESS' });
    assert.deepEqual(move('SCHEDULED', 'start', 'provider', endsAt), { refused: 'NOT_THE_TIME' });
  });

  it('go to another time, for which they are asked again, by who pays and while that costs nothing', () => {
    const notice = startsAt - FULL_REFUND_HOURS * HOUR;
    assert.deepEqual(move('SCHEDULED', 'reschedule', 'seeker', notice), { to: 'REQUESTED' });
    assert.deepEqual(move('SCHEDULED', 'reschedule', 'seeker', notice + 1), { refused: 'NOT_THE_TIME' });
    assert.deepEqual(move('SCHEDULED', 'reschedule', 'provider', notice), { refused: 'NOT_YOURS_TO_MOVE' });
  });

  it('are completed early by who pays only', () => {
    assert.deepEqual(move('IN_PROGRESS', 'complete', 'seeker', startsAt + 1), { to: 'COMPLETED' });
    assert.deepEqual(move('IN_PROGRESS', 'complete', 'provider', endsAt - 1), { refused: 'NOT_THE_TIME' });
  });

  it('that nobody answered expire when they would have begun, and not before', () => {
    assert.deepEqual(move('REQUESTED', 'expire', 'clock', startsAt - 1), { refused: 'NOT_THE_TIME' });
    assert.deepEqual(move('REQUESTED', 'expire', 'clock', startsAt), { to: 'CANCELLED' });
  });
});

it('a session that is forgotten is closed a day after its end, in its favour who was there', () => {
  const late = endsAt + CLOSED_AFTER_HOURS * HOUR;
  assert.deepEqual(move('SCHEDULED', 'lapse', 'clock', late - 1), { refused: 'NOT_THE_TIME' });
  assert.deepEqual(move('SCHEDULED', 'lapse', 'clock', late), { to: 'CANCELLED' });
  assert.deepEqual(move('IN_PROGRESS', 'finish', 'clock', late), { to: 'COMPLETED' });
});

describe('who cancels', () => {
  const share = (by: 'seeker' | 'provider', state: SessionState, hours: number) =>
    refundShare({ by, state, startsAt, now: startsAt - hours * HOUR });

  it('gets back all, half or nothing by the notice', () => {
    assert.equal(share('seeker', 'SCHEDULED', FULL_REFUND_HOURS), 'full');
    assert.equal(share('seeker', 'SCHEDULED', FULL_REFUND_HOURS - 0.001), 'half');
    assert.equal(share('seeker', 'ACCEPTED', HALF_REFUND_HOURS), 'half');
    assert.equal(share('seeker', 'ACCEPTED', HALF_REFUND_HOURS - 0.001), 'none');
    assert.equal(share('seeker', 'SCHEDULED', -1), 'none');
  });

  it('before the provider has accepted, or as the provider, gives back all', () => {
    assert.equal(share('seeker', 'REQUESTED', 0.1), 'full');
    assert.equal(share('provider', 'SCHEDULED', 0.1), 'full');
  });

  it('later never gets back more, and never more than was paid', () => {
    const shares = fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 10_000 }));
    fc.assert(
      fc.property(shares, ([a, b, credits]) => {
        const kept = (hours: number) => keptCredits(credits, share('seeker', 'SCHEDULED', hours));
        assert.ok(kept(Math.min(a, b)) >= kept(Math.max(a, b)));
        assert.ok(kept(a) >= 0 && kept(a) <= credits && Number.isInteger(kept(a)));
      }),
    );
    assert.equal(keptCredits(5, 'half'), 2);
  });
});

describe('credits of a session', () => {
  const settle = (action: SessionAction, actor: Actor, state: SessionState, hours: number, credits = 10) =>
    settlementOf({
      action,
      actor,
      session: { state, credits, startsAt, endsAt },
      now: startsAt + hours * HOUR,
    });

  it('stay held until it is over, and then go to one or to both, never more than there are', () => {
    const step = fc.tuple(action, actor, fc.integer({ min: -40, max: 40 }), fc.nat({ max: 1_000 }));
    fc.assert(
      fc.property(step, fc.constantFrom(...SESSION_STATES), ([action, actor, hours, credits], state) => {
        const result = move(state, action, actor, startsAt + hours * HOUR);
        if ('refused' in result) return;
        const settlement = settle(action, actor, state, hours, credits);
        assert.equal(settlement === null, TAKING.includes(result.to));
        if (!settlement) return;
        assert.ok(settlement.captured >= 0 && settlement.captured <= credits);
        const now = startsAt + hours * HOUR;
        assert.ok(settlement.at >= now);
        // While they are held there is time for a dispute, whenever somebody closes the session.
        const held = Math.max(now, endsAt) + (HELD_AFTER_END_DAYS - DISPUTE_DAYS) * 24 * HOUR;
        assert.ok(settlement.at < held);
      }),
    );
  });

  it('are paid at once if who pays says so, and else when they were not contested for a day', () => {
    assert.deepEqual(settle('complete', 'seeker', 'IN_PROGRESS', 1), { captured: 10, at: endsAt });
    const dayAfter = endsAt + CLOSED_AFTER_HOURS * HOUR;
    assert.deepEqual(settle('complete', 'provider', 'IN_PROGRESS', 1), { captured: 10, at: dayAfter });
    assert.deepEqual(settle('noShow', 'provider', 'SCHEDULED', 1), { captured: 10, at: dayAfter });
    assert.deepEqual(settle('noShow', 'seeker', 'SCHEDULED', 1), { captured: 0, at: dayAfter });
    assert.equal(settle('finish', 'clock', 'IN_PROGRESS', 25)!.at, dayAfter + CLOSED_AFTER_HOURS * HOUR);
  });
});
