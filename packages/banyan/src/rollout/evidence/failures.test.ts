import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seeded } from '@banyan/random';
import fc from 'fast-check';
import { answered } from '../../testing/evidence.ts';
import { judgeFailures } from './failures.ts';
import { nothingObserved, type Observation } from './observation.ts';
import { addTally, emptyTally, type Sample, type Tally } from './tally.ts';

const policy = { maxFailureRatio: 0.01, minRequests: 50 };

function long(
  both: Record<string, { monolith: Tally; service: Tally }>,
  baseline: Record<string, Tally> = {},
): Observation {
  const history = { at: '2026-01-01T00:00:00Z', routes: baseline, others: {}, monolith: emptyTally() };
  return { ...nothingObserved(), long: new Map(Object.entries(both)), baseline: history };
}

describe('judgeFailures', () => {
  it('takes few failures of few requests for chance, and a service that only fails for what it is', () => {
    const judge = (failures: number, requests: number) =>
      judgeFailures(
        long({ 'GET /me': { monolith: answered(500), service: answered(requests, failures) } }),
        policy,
      );
    assert.equal(judge(1, 20), null);
    assert.equal(judge(1, 60), null);
    assert.match(
      judge(5, 5) ?? '',
      /5 of 5 requests failed on the service \(100\.0%; 0\.0% on the monolith\), GET \/me: 5 status 500/,
    );
  });

  it('finds one route that fails among many requests that do not', () => {
    const observation = long({
      'GET /me': { monolith: answered(100_000), service: answered(100_000) },
      'POST /pay': { monolith: answered(60), service: answered(60, 25) },
    });
    assert.match(judgeFailures(observation, policy) ?? '', /POST \/pay/);
  });

  it('does not blame the service for a route that fails on both sides, however few requests it has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (requests) => {
        const both = { monolith: answered(requests, requests), service: answered(requests, requests) };
        assert.equal(judgeFailures(long({ 'GET /broken': both }), policy), null);
      }),
    );
  });

  it('compares with the history of the monolith where nobody is left on it, and says so', () => {
    const alone = { monolith: emptyTally(), service: answered(400, 30) };
    const usual = judgeFailures(long({ 'GET /me': alone }, { 'GET /me': answered(5_000, 400) }), policy);
    assert.equal(usual, null);
    const worse = judgeFailures(long({ 'GET /me': alone }, { 'GET /me': answered(5_000, 5) }), policy);
    assert.match(worse ?? '', /0\.1% on the monolith, its history counted/);
  });

  it('holds a service that the monolith never had to the ratio of the plan alone', () => {
    const alone = (failures: number) =>
      long({ 'GET /new': { monolith: emptyTally(), service: answered(300, failures) } });
    assert.equal(judgeFailures(alone(3), policy), null);
    assert.match(judgeFailures(alone(60), policy) ?? '', /nothing of the monolith to compare with/);
  });

  it('stops no healthy rollout, looked at every second for ten minutes, at any share and rate', () => {
    const random = seeded(3);
    for (let run = 0; run < 120; run++) {
      const failing = [0, 0.001, 0.01, 0.05][run % 4]!;
      const perSecond = [1, 8, 40][run % 3]!;
      const share = [0.01, 0.1, 0.5, 1][(run >> 2) % 4]!;
      const stopped = simulate({
        random,
        seconds: 600,
        perSecond,
        share,
        monolith: failing,
        service: failing,
      });
      assert.equal(stopped, null, `run ${run}`);
    }
  });

  it('stops a bad rollout within seconds', () => {
    const random = seeded(4);
    for (const share of [0.1, 0.5, 1]) {
      const always = simulate({ random, seconds: 60, perSecond: 40, share, monolith: 0.001, service: 1 });
      assert.ok(always !== null && always.second <= 5, JSON.stringify(always));
      const often = simulate({ random, seconds: 300, perSecond: 40, share, monolith: 0.001, service: 0.1 });
      assert.ok(often !== null && often.second <= 120, JSON.stringify(often));
    }
  });
});

type Run = {
  random: () => number;
  seconds: number;
  perSecond: number;
  share: number;
  monolith: number;
  service: number;
};

/** Requests of one route at random, judged each second over both windows. */
function simulate({
  random,
  seconds,
  perSecond,
  share,
  ...failing
}: Run): { second: number; why: string } | null {
  const baseline = drawn(random, 2_000, failing.monolith);
  const each: Array<{ monolith: Tally; service: Tally }> = [];
  const all = { monolith: emptyTally(), service: emptyTally() };
  for (let second = 1; second <= seconds; second++) {
    let toService = 0;
    for (let i = 0; i < perSecond; i++) if (random() < share) toService++;
    each.push({
      service: drawn(random, toService, failing.service),
      monolith: drawn(random, perSecond - toService, failing.monolith),
    });
    addTally(all.monolith, each.at(-1)!.monolith);
    addTally(all.service, each.at(-1)!.service);
    const observation = {
      ...long({ 'GET /me': all }, { 'GET /me': baseline }),
      short: sum(each.slice(-30)),
    };
    const why = judgeFailures(observation, policy);
    if (why) return { second, why };
  }
  return null;
}

function drawn(random: () => number, requests: number, failing: number): Tally {
  let failures = 0;
  for (let i = 0; i < requests; i++) if (random() < failing) failures++;
  return answered(requests, failures);
}

function sum(each: Array<{ monolith: Tally; service: Tally }>): Sample {
  const both = { monolith: emptyTally(), service: emptyTally() };
  for (const one of each) {
    addTally(both.monolith, one.monolith);
    addTally(both.service, one.service);
  }
  return new Map([['GET /me', both]]);
}
