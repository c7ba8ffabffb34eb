import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ROLLOUT_DEFAULTS } from '../plan/resolved.ts';
import { decide, type Facts } from './decide.ts';
import { priceOfGoingBack } from './price.ts';
import {
  describeStage,
  FULL_SHARE,
  linksOf,
  parseTarget,
  rank,
  type ServiceState,
  STAGES,
  type Stage,
  type Target,
} from './stages.ts';

const NOW = new Date('2026-01-01T12:00:00Z');
const policy = { ...ROLLOUT_DEFAULTS, steps: [100, 1_000, 5_000, FULL_SHARE] };
const streaming = { state: 'streaming' as const, lagMs: 3, error: null };
const off = { state: 'off' as const, lagMs: 0, error: null };

function facts(overrides: Partial<Omit<Facts, 'state'>> & { state?: Partial<ServiceState> } = {}): Facts {
  const { state, ...rest } = overrides;
  return {
    state: {
      service: 'auth',
      stage: 'monolith',
      share: 0,
      target: { stage: 'migrated', share: FULL_SHARE },
      paused: null,
      message: '',
      since: new Date(NOW.getTime() - 120_000),
      failedSteps: 0,
      retryAt: null,
      forced: false,
      ...state,
    },
    policy,
    forward: streaming,
    reverse: streaming,
    verification: { verdict: 'CONSISTENT', verifiedAt: new Date(NOW.getTime() - 5_000), rows: 100 },
    evidence: {
      seconds: 120,
      requests: { monolith: 1_000, service: 1_000 },
      failures: { monolith: 0, service: 0 },
      rescued: 0,
      p95Ms: { monolith: 10, service: 10 },
      compared: 1_000,
      mismatched: 0,
    },
    now: NOW,
    ...rest,
  };
}

describe('decide', () => {
  it('walks from the monolith to migrated through every stage and planned share', () => {
    let at: { stage: Stage; share: number } = { stage: 'monolith', share: 0 };
    const way: string[] = [];
    for (let i = 0; i < 20 && at.stage !== 'migrated'; i += 1) {
      const decision = decide(facts({ state: at }));
      if (decision.do === 'enter') at = { stage: decision.stage, share: at.share };
      else if (decision.do === 'step') at = { stage: 'canary', share: decision.share };
      else assert.fail(decision.do);
      way.push(describeStage(at.stage, at.share));
    }
    assert.deepEqual(way, [
      'copying',
      'shadowing',
      'canary 1%',
      'canary 10%',
      'canary 50%',
      'canary 100%',
      'migrated',
    ]);
  });

  it('goes back in one fenced step and then to the monolith', () => {
    const target: Target = { stage: 'monolith', share: 0 };
    const step = decide(facts({ state: { stage: 'canary', share: 5_000, target } }));
    assert.deepEqual({ ...step, why: '' }, { do: 'step', share: 0, why: '' });
    const leave = decide(facts({ state: { stage: 'shadowing', share: 0, target } }));
    assert.deepEqual({ ...leave, why: '' }, { do: 'enter', stage: 'monolith', why: '' });
  });

  it('goes back by itself when the service fails more than the monolith', () => {
    const bad = { ...facts().evidence, failures: { monolith: 0, service: 30 } };
    assert.equal(decide(facts({ state: { stage: 'canary', share: 1_000 }, evidence: bad })).do, 'rollBack');
    assert.equal(
      decide(facts({ state: { stage: 'migrated', share: FULL_SHARE }, evidence: bad })).do,
      'rollBack',
    );
  });

  it('goes back when the service is slow next to the monolith, or very slow where there is nothing to compare with', () => {
    const slow = (p95: number, monolith: number) => ({
      ...facts().evidence,
      requests: { monolith, service: 1_000 },
      p95Ms: { monolith: monolith > 0 ? 20 : 0, service: p95 },
    });
    const at = (evidence: Facts['evidence']) =>
      decide(facts({ state: { stage: 'canary', share: 1_000 }, evidence })).do;
    assert.equal(at(slow(250, 1_000)), 'rollBack');
    assert.equal(at(slow(150, 1_000)), 'step');
    assert.equal(at(slow(250, 0)), 'step');
    assert.equal(at(slow(1_500, 0)), 'rollBack');
  });

  it('pauses for a person instead, where the plan says so', () => {
    const bad = { ...facts().evidence, failures: { monolith: 0, service: 30 } };
    const paused = facts({
      state: { stage: 'canary', share: 1_000 },
      evidence: bad,
      policy: { ...policy, onFailure: 'pause' },
    });
    assert.equal(decide(paused).do, 'pause');
  });

  it('does not blame the service for what fails on both sides', () => {
    const bad = { ...facts().evidence, failures: { monolith: 30, service: 30 } };
    assert.equal(decide(facts({ state: { stage: 'canary', share: 1_000 }, evidence: bad })).do, 'step');
  });

  it('never takes missing evidence for good evidence', () => {
    const none = { ...facts().evidence, requests: { monolith: 0, service: 0 }, compared: 0 };
    assert.equal(decide(facts({ state: { stage: 'shadowing' }, evidence: none })).do, 'wait');
    assert.equal(decide(facts({ state: { stage: 'canary', share: 100 }, evidence: none })).do, 'wait');
    const unknown = { verdict: 'UNKNOWN' as const, verifiedAt: null, rows: 0 };
    assert.equal(decide(facts({ state: { stage: 'copying' }, verification: unknown })).do, 'wait');
  });

  it('asks a person when six fenced steps in a row failed', () => {
    assert.equal(decide(facts({ state: { stage: 'shadowing', failedSteps: 6 } })).do, 'pause');
  });

  it('retires only what is proven equal and no longer rescued', () => {
    const migrated = {
      stage: 'migrated' as const,
      share: FULL_SHARE,
      target: { stage: 'retired' as const, share: FULL_SHARE },
    };
    assert.equal(decide(facts({ state: migrated })).do, 'enter');
    assert.equal(
      decide(facts({ state: migrated, evidence: { ...facts().evidence, rescued: 1 } })).do,
      'wait',
    );
    const old = {
      verdict: 'CONSISTENT' as const,
      verifiedAt: new Date(NOW.getTime() - 25 * 3_600_000),
      rows: 5,
    };
    assert.equal(decide(facts({ state: migrated, verification: old })).do, 'wait');
  });
});

const anyState = fc
  .record({
    stage: fc.constantFrom<Stage>(...STAGES),
    share: fc.integer({ min: 0, max: FULL_SHARE }),
    target: fc.record({
      stage: fc.constantFrom<Stage>(...STAGES),
      share: fc.integer({ min: 0, max: FULL_SHARE }),
    }),
    paused: fc.option(fc.constant('by a person'), { nil: null }),
    failedSteps: fc.integer({ min: 0, max: 8 }),
    forced: fc.boolean(),
  })
  .map((state) => ({ ...state, share: possibleShare(state.stage, state.share) }));

/** Only a canary has a share of its own. */
function possibleShare(stage: Stage, share: number): number {
  if (stage === 'canary') return Math.max(1, share);
  return rank(stage) < rank('canary') ? 0 : FULL_SHARE;
}

const anyLink = fc.record({
  state: fc.constantFrom(
    'off' as const,
    'preparing' as const,
    'copying' as const,
    'streaming' as const,
    'reconnecting' as const,
    'failed' as const,
  ),
  lagMs: fc.integer({ min: 0, max: 5_000 }),
  error: fc.constant(null),
});
const anyVerification = fc.record({
  verdict: fc.constantFrom('CONSISTENT' as const, 'DIVERGENT' as const, 'UNKNOWN' as const),
  verifiedAt: fc.option(
    fc.integer({ min: 0, max: 600 }).map((age) => new Date(NOW.getTime() - age * 1000)),
    { nil: null },
  ),
  rows: fc.nat(1000),
});
const anyEvidence = fc.record({
  seconds: fc.nat(300),
  requests: fc.record({ monolith: fc.nat(500), service: fc.nat(500) }),
  failures: fc.record({ monolith: fc.nat(20), service: fc.nat(20) }),
  rescued: fc.nat(3),
  p95Ms: fc.record({ monolith: fc.nat(500), service: fc.nat(500) }),
  compared: fc.nat(200),
  mismatched: fc.nat(5),
});
const anyFacts = fc
  .record({
    state: anyState,
    forward: anyLink,
    reverse: anyLink,
    verification: anyVerification,
    evidence: anyEvidence,
  })
  .map((random) => facts(random));

describe('decide, whatever the facts', () => {
  it('moves a key only while both links stream within the allowed lag', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const decision = decide(given);
        if (decision.do !== 'step') return;
        assert.equal(given.reverse.state, 'streaming');
        assert.ok(given.reverse.lagMs <= policy.maxLagMs);
        if (decision.share > given.state.share) {
          assert.equal(given.forward.state, 'streaming');
          assert.equal(given.verification.verdict, 'CONSISTENT');
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('steps only towards the target and never past it', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const decision = decide(given);
        const { state } = given;
        if (decision.do === 'step' && decision.share > state.share) {
          assert.ok(rank(state.target.stage) >= rank('canary'));
          if (state.target.stage === 'canary') assert.ok(decision.share <= state.target.share);
        }
        if (decision.do === 'enter')
          assert.ok(
            Math.abs(rank(decision.stage) - rank(state.stage)) <= 1 ||
              rank(decision.stage) < rank(state.stage),
          );
      }),
      { numRuns: 3_000 },
    );
  });

  it('leaves retired never, and a stage that has keys on the service only by a fenced step', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const decision = decide(given);
        if (given.state.stage === 'retired') assert.equal(decision.do, 'wait');
        if (decision.do === 'enter' && rank(decision.stage) < rank('canary'))
          assert.equal(given.state.share, 0);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('stages', () => {
  it('reads shares and names as an operator types them', () => {
    assert.deepEqual(parseTarget('10%'), { stage: 'canary', share: 1_000 });
    assert.deepEqual(parseTarget(' Migrated '), { stage: 'migrated', share: FULL_SHARE });
    assert.equal(parseTarget('0%'), null);
    assert.equal(parseTarget('101%'), null);
    assert.equal(parseTarget('soon'), null);
  });

  it('starts the reverse link before the first key moves', () => {
    assert.equal(linksOf('shadowing', { stage: 'canary', share: 100 }).reverse, true);
    assert.equal(linksOf('shadowing', { stage: 'shadowing', share: 0 }).reverse, false);
  });
});

describe('priceOfGoingBack', () => {
  it('is lossless while the reverse link streams, lossy when it does not, refused once retired', () => {
    const base = { share: 5_000, maxLagMs: 1_000, serviceOnlyColumns: ['profiles.privacy_settings'] };
    const lossless = priceOfGoingBack({ ...base, stage: 'canary', reverse: streaming });
    assert.equal(lossless.verdict, 'lossless');
    assert.match(lossless.details.join(), /privacy_settings/);
    assert.equal(priceOfGoingBack({ ...base, stage: 'migrated', reverse: off }).verdict, 'lossy');
    assert.equal(priceOfGoingBack({ ...base, stage: 'retired', reverse: off }).verdict, 'refused');
  });
});
