import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOUNDS_MS } from '@banyan/gateway';
import { seeded } from '@banyan/random';
import fc from 'fast-check';
import { answered, timed } from '../../testing/evidence.ts';
import { judgeLatency } from './latency.ts';
import { nothingObserved, type Observation } from './observation.ts';
import { emptyTally, quantile, slowerThan, type Tally } from './tally.ts';

const policy = { maxLatencyRatio: 2, minRequests: 50 };
/** Of properties whose draws are requests at random: the same draws in each run, so that none of them fails by chance. */
const SEED = 17;
type Machine = { slowdown: number; service: number; moved?: boolean; unmoved?: number; seed?: number };

/** A service at 100 % (`moved`) or at half, on a machine that is `slowdown` times slower than when the step began. */
function observed({ slowdown, service, moved = true, unmoved = 400, seed = 11 }: Machine): Observation {
  const random = seeded(seed);
  const onMonolith = timed(moved ? 0 : 400, 80 * slowdown, random);
  const both = { monolith: onMonolith, service: timed(400, 80 * service * slowdown, random) };
  return {
    ...nothingObserved(),
    long: new Map([['GET /me', both]]),
    baseline: {
      at: '2026-01-01T00:00:00Z',
      routes: { 'GET /me': timed(1_000, 80, random) },
      others: {},
      monolith: emptyTally(),
    },
    unmoved: {
      short: emptyTally(),
      long: timed(unmoved, 40 * slowdown, random),
      before: timed(1_000, 40, random),
    },
  };
}

describe('judgeLatency', () => {
  it('does not take a slow machine for a slow service, whatever is slow and however slow', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 60, noNaN: true }),
        fc.boolean(),
        fc.nat(),
        (slowdown, moved, seed) => {
          assert.equal(judgeLatency(observed({ slowdown, service: 1, moved, seed }), policy), null);
        },
      ),
      { numRuns: 200, seed: SEED },
    );
  });

  it('finds a slow service on a slow machine as on a fast one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.boolean(),
        fc.nat(),
        (slowdown, moved, seed) => {
          const judgement = judgeLatency(observed({ slowdown, service: 8, moved, seed }), policy);
          assert.equal(judgement?.verdict, 'worse');
        },
      ),
      { numRuns: 200, seed: SEED },
    );
  });

  it('says against what it was judged', () => {
    const beside = judgeLatency(observed({ slowdown: 1, service: 8, moved: false }), policy);
    assert.match(
      beside?.why ?? '',
      /p95 on the service is \d+ ms, allowed \d+ ms, on the monolith at the same time \d+ ms/,
    );
    const alone = judgeLatency(observed({ slowdown: 1, service: 8 }), policy);
    assert.match(alone?.why ?? '', /before the step \d+ ms; what did not move went from \d+ ms to \d+ ms/);
  });

  it('leaves it to a person when nothing tells the service from the machine, and never condemns on a constant', () => {
    const judgement = judgeLatency(observed({ slowdown: 20, service: 1, unmoved: 3 }), policy);
    assert.equal(judgement?.verdict, 'unclear');
    assert.match(judgement?.why ?? '', /too few requests of routes that did not move/);
    const noneAsked = judgeLatency(observed({ slowdown: 20, service: 1, unmoved: 0 }), {
      ...policy,
      minRequests: 0,
    });
    assert.equal(noneAsked?.verdict, 'unclear');
    const noHistory = { ...observed({ slowdown: 20, service: 1 }), baseline: null };
    assert.equal(judgeLatency(noHistory, policy), null);
  });

  it('compares each route with itself: the mix of routes of a side is not its speed', () => {
    const random = seeded(12);
    const fast = (requests: number) => timed(requests, 20, random);
    const slow = (requests: number) => timed(requests, 900, random);
    const observation: Observation = {
      ...nothingObserved(),
      long: new Map([
        ['GET /page', { monolith: fast(5_000), service: fast(20) }],
        ['GET /report', { monolith: slow(60), service: slow(300) }],
      ]),
    };
    assert.equal(judgeLatency(observation, policy), null);
  });

  it('sees in the last half minute what an hour hides', () => {
    const random = seeded(13);
    const good = { monolith: timed(20_000, 80, random), service: timed(20_000, 80, random) };
    const now = { monolith: timed(300, 80, random), service: timed(300, 1_500, random) };
    const observation = {
      ...nothingObserved(),
      long: new Map([['GET /me', good]]),
      short: new Map([['GET /me', now]]),
    };
    assert.equal(judgeLatency(observation, policy)?.verdict, 'worse');
  });
});

describe('quantile', () => {
  it('says nothing of no requests, and that it is over the last bound when it is', () => {
    assert.equal(quantile(emptyTally(), 0.95), null);
    const slow: Tally = { ...answered(1), latency: emptyTally().latency.with(-1, 1) };
    assert.equal(quantile(slow, 0.95), Number.POSITIVE_INFINITY);
    assert.equal(slowerThan(slow, 10_000), 1);
  });

  it('lies in the bucket as far as its requests do', () => {
    const tally = emptyTally();
    const bucketTo500 = BOUNDS_MS.indexOf(500);
    tally.latency[bucketTo500] = 100;
    assert.equal(quantile(tally, 0.95), 350 + 150 * 0.95);
    tally.latency[bucketTo500 + 1] = 100;
    assert.equal(quantile(tally, 0.75), 625);
  });
});
