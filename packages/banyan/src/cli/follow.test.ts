import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Target } from '@banyan/plan/stages';
import { aStatus } from '../testing/fake-control.ts';
import { judge } from './follow.ts';

const MONOLITH: Target = { stage: 'monolith', share: 0 };
const RETIRED: Target = { stage: 'retired', share: 10_000 };
const SHADOWING: Target = { stage: 'shadowing', share: 0 };
const LONG_MS = 3_600_000;

const at = (place: Target, rest: object = {}) => ({ ...aStatus('auth'), ...place, target: place, ...rest });

describe('a service that is followed', () => {
  it('is not back, nor retired, before its links are removed: nothing would remove them once Banyan is stopped', () => {
    for (const aim of [MONOLITH, RETIRED]) {
      assert.equal(judge(at(aim, { draining: true }), aim, 0), null);
      assert.equal(judge(at(aim), aim, 0), 'reached');
    }
  });

  it('is back although its links cannot be removed, for a database that is away may be why it went back', () => {
    assert.equal(judge(at(MONOLITH, { draining: true }), MONOLITH, LONG_MS), 'reached');
    assert.equal(judge(at(RETIRED, { draining: true }), RETIRED, LONG_MS), null);
  });

  it('is at any other stage as soon as it says so, even if a link of an earlier stage is still to be removed', () => {
    assert.equal(judge(at(SHADOWING, { draining: true }), SHADOWING, 0), 'reached');
  });

  it('that is sent on again before its links are gone is not waited for', () => {
    assert.equal(judge(at(MONOLITH, { draining: true, target: SHADOWING }), MONOLITH, 0), 'turned');
  });

  it('that went back by itself is paused there, which keeps nobody waiting on the way down', () => {
    const paused = { paused: '12 % of requests failed', draining: true };
    assert.equal(judge(at(MONOLITH, paused), MONOLITH, 0), null);
    assert.equal(judge(at(MONOLITH, { ...paused, draining: false }), MONOLITH, 0), 'reached');
  });
});
