import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Outcome } from '../channels/channel.ts';
import { afterAttempt, beforeAttempt, MOST_ATTEMPTS } from './decide.ts';

const NOW = new Date('2026-11-01T10:00:00Z');
const once = { attempt: 1, now: NOW, chance: 0.5, mayComeTwice: false, expiresAt: null };
const unsent: Outcome = { is: 'unsent', reason: 'away' };
const unknown: Outcome = { is: 'unknown', reason: 'cut' };

describe('after an attempt', () => {
  it('what was taken is sent, under the id that the other side has for it', () => {
    const next = afterAttempt({ is: 'sent', providerId: 'SM1' }, once);
    assert.deepEqual(next, { state: 'sent', reason: null, dueAt: null, providerId: 'SM1' });
  });

  it('what was refused is over, and an address that is not there has bounced', () => {
    const refused = { is: 'refused', reason: 'REFUSED', addressIsBad: false } as const;
    assert.equal(afterAttempt(refused, once).state, 'failed');
    assert.equal(afterAttempt({ ...refused, addressIsBad: true }, once).state, 'bounced');
  });

  it('of what nobody knows whether it arrived two are sent only where that is better than none', () => {
    assert.partialDeepStrictEqual(afterAttempt(unknown, once), {
      state: 'failed',
      reason: 'OUTCOME_UNKNOWN',
    });
    assert.equal(afterAttempt(unknown, { ...once, mayComeTwice: true }).state, 'queued');
  });

  it('it is tried again after longer and longer pauses, and ends', () => {
    let before = 0;
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt++) {
      const { state, dueAt } = afterAttempt(unsent, { ...once, attempt });
      const pause = dueAt!.getTime() - NOW.getTime();
      assert.ok(state === 'queued' && pause >= before, `attempt ${attempt}`);
      before = pause;
    }
    const last = afterAttempt(unsent, { ...once, attempt: MOST_ATTEMPTS });
    assert.partialDeepStrictEqual(last, { state: 'failed', reason: 'UNREACHABLE' });
  });

  it('the other side says when, within bounds', () => {
    const at = (retryAfterMs: number) =>
      afterAttempt({ ...unsent, retryAfterMs }, once).dueAt!.getTime() - NOW.getTime();
    assert.equal(at(60_000), 60_000);
    assert.equal(at(1e12), 2 * 3_600_000);
  });

  it('a message ends in a state that says why, or waits for its time, whatever happens to it', () => {
    const outcome = fc.oneof(
      fc.constant(unsent),
      fc.constant(unknown),
      fc.record({
        is: fc.constant('refused' as const),
        reason: fc.constant('REFUSED'),
        addressIsBad: fc.boolean(),
      }),
    );
    const about = fc.record({
      attempt: fc.integer({ min: 1, max: MOST_ATTEMPTS }),
      now: fc.constant(NOW),
      chance: fc.double({ min: 0, max: 1, noNaN: true }),
      mayComeTwice: fc.boolean(),
      expiresAt: fc.option(fc.date({ min: NOW, max: new Date('2026-11-02T00:00:00Z'), noInvalidDate: true })),
    });
    fc.assert(
      fc.property(outcome, about, (given, rules) => {
        const { state, reason, dueAt } = afterAttempt(given, rules);
        assert.ok(reason);
        if (state !== 'queued') return assert.equal(dueAt, null);
        assert.ok(dueAt! > NOW && (!rules.expiresAt || dueAt! < rules.expiresAt));
        assert.ok(given.is !== 'unknown' || rules.mayComeTwice);
      }),
    );
  });
});

describe('before an attempt', () => {
  const fresh = { attempt: 1, now: NOW, expiresAt: null, handedOver: false, mayComeTwice: false };

  it('what a dead process may have sent is not sent again, and says so', () => {
    assert.equal(beforeAttempt(fresh), undefined);
    assert.equal(beforeAttempt({ ...fresh, handedOver: true })?.reason, 'OUTCOME_UNKNOWN');
    assert.equal(beforeAttempt({ ...fresh, handedOver: true, mayComeTwice: true }), undefined);
  });

  it('what is of no use any more is not sent', () => {
    assert.equal(beforeAttempt({ ...fresh, expiresAt: NOW })?.reason, 'EXPIRED');
  });

  it('what ended its process each time ends', () => {
    assert.equal(beforeAttempt({ ...fresh, attempt: MOST_ATTEMPTS + 1 })?.reason, 'UNREACHABLE');
  });
});
