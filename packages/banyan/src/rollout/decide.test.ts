import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeStage,
  FULL_SHARE,
  linksOf,
  parseTarget,
  rank,
  STAGES,
  type Stage,
  type Target,
} from '@banyan/plan/stages';
import fc from 'fast-check';
import { decisionFacts as facts, NOW, off, policy, streaming } from '../testing/decision-facts.ts';
import { decide, type Facts } from './decide.ts';
import { nothingObserved, type Observation } from './evidence/observation.ts';
import { emptyTally, type Tally } from './evidence/tally.ts';
import { rollbackImpact } from './rollback-impact.ts';

describe('decide', () => {
  it('does not leave the monolith again while facts of what was done before it came back are on their way', () => {
    const state = { stage: 'monolith' as const, draining: true };
    assert.equal(decide(facts({ state })).do, 'wait');
    assert.equal(decide(facts({ state: { ...state, draining: false } })).do, 'enter');
  });

  it('compares no answers of a service that has not heard yet what was there before it', () => {
    const state = { stage: 'copying' as const };
    const hears = (unheard: Facts['unheard']) => decide(facts({ state, linked: false, unheard }));
    assert.equal(hears(null).do, 'wait');
    assert.equal(hears('permission denied').do, 'wait');
    const wait = hears([{ owner: 'auth', handled: 5, told: 900 }]);
    assert.equal(wait.do, 'wait');
    assert.match(wait.why, /5 of 900 from auth/);
    assert.equal(hears([]).do, 'enter');
  });

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
    const observation = observing({ monolith: answers(1_000), service: answers(1_000, { failures: 30 }) });
    assert.equal(decide(facts({ state: { stage: 'canary', share: 1_000 }, observation })).do, 'rollBack');
    assert.equal(
      decide(facts({ state: { stage: 'migrated', share: FULL_SHARE }, observation })).do,
      'rollBack',
    );
  });

  it('pauses for a person instead, where the plan says so', () => {
    const failing = {
      observation: observing({ monolith: answers(1_000), service: answers(1_000, { failures: 30 }) }),
      policy: { ...policy, onFailure: 'pause' as const },
    };
    for (const at of [
      { stage: 'canary' as const, share: 1_000 },
      { stage: 'migrated' as const, share: FULL_SHARE },
    ]) {
      assert.equal(decide(facts({ state: at, ...failing })).do, 'pause');
      // Nor does it go back later, however long nobody looks.
      assert.equal(decide(facts({ state: { ...at, paused: 'it failed' }, ...failing })).do, 'wait');
    }
  });

  it('does not blame the service for what fails on both sides', () => {
    const both = answers(1_000, { failures: 30 });
    const observation = observing({ monolith: both, service: both });
    assert.equal(decide(facts({ state: { stage: 'canary', share: 1_000 }, observation })).do, 'step');
  });

  it('goes back at once when the monolith fails since the step, even if the plan asks to pause', () => {
    const observation: Observation = {
      ...nothingObserved(),
      monolith: { since: answers(500, { ownErrors: 6 }), before: answers(50_000) },
    };
    const state = { stage: 'canary' as const, share: 100 };
    const broken = decide(facts({ state, observation, policy: { ...policy, onFailure: 'pause' } }));
    assert.equal(broken.do, 'rollBack');
    assert.match(broken.do === 'rollBack' ? broken.why : '', /6 of its 500 answers are errors/);
    const refused = decide(facts({ state, observation: { ...nothingObserved(), refused: 1 } }));
    assert.equal(refused.do, 'rollBack');
  });

  it('moves a service without tables through every stage without links and verification, and never retires it', () => {
    const none = {
      linked: false,
      comparable: false,
      forward: off,
      reverse: off,
      verification: { verdict: 'UNKNOWN' as const, verifiedAt: null, rows: 0 },
    };
    const at = (stage: Stage, share = 0) => decide(facts({ ...none, state: { stage, share } }));
    const shown = (decision: ReturnType<typeof decide>) => {
      const { why: _, ...what } = decision;
      return what;
    };
    assert.deepEqual(shown(at('copying')), { do: 'enter', stage: 'shadowing' });
    assert.deepEqual(shown(at('shadowing')), { do: 'step', share: 100 });
    assert.deepEqual(shown(at('canary', 100)), { do: 'step', share: 1_000 });
    const target = { stage: 'monolith' as const, share: 0 };
    const back = decide(facts({ ...none, state: { stage: 'migrated', share: FULL_SHARE, target } }));
    assert.deepEqual(shown(back), { do: 'step', share: 0 });
    const retire = { stage: 'retired' as const, share: FULL_SHARE };
    const stays = decide(facts({ ...none, state: { stage: 'migrated', share: FULL_SHARE, target: retire } }));
    assert.equal(stays.do, 'wait');
  });

  it('goes on from a share that holds no key, and says so, but never as the last step', () => {
    const silent = (evidence: Partial<Facts['evidence']>, share: number) =>
      decide(facts({ state: { stage: 'canary', share }, evidence: { ...facts().evidence, ...evidence } }));
    const none = { requests: { monolith: 900, service: 0 }, keys: { seen: 61, inShare: 0 } };
    assert.deepEqual(silent(none, 100), {
      do: 'step',
      share: 1_000,
      why: 'no key of 61 seen falls into 1%',
    });
    const keyless = silent({ ...none, keys: { seen: 0, inShare: 0 } }, 100);
    assert.equal(keyless.do, 'step');
    assert.equal(silent({ ...none, requests: { monolith: 10, service: 0 } }, 100).do, 'wait');
    assert.equal(silent({ ...none, seconds: 5 }, 100).do, 'wait');
    assert.equal(silent(none, FULL_SHARE).do, 'wait');
    const hardlyUsed = { requests: { monolith: 100_000, service: 3 }, keys: { seen: 61, inShare: 1 } };
    assert.equal(silent(hardlyUsed, 100).do, 'step');
    assert.equal(silent({ ...hardlyUsed, requests: { monolith: 900, service: 3 } }, 100).do, 'wait');
  });

  it('sends nobody to an instance that is unwell, and names it', () => {
    const unwell = [
      { url: 'http://127.0.0.1:4001', why: 'GET /health/ready answers 404', workers: 2, of: 2 },
    ];
    for (const stage of ['copying', 'shadowing'] as const) {
      const decision = decide(facts({ state: { stage }, unwell }));
      assert.equal(decision.do, 'wait');
      assert.match(
        decision.do === 'wait' ? decision.why : '',
        /4001 is unwell: GET \/health\/ready answers 404/,
      );
      assert.equal(decide(facts({ state: { stage }, unwell: null })).do, 'wait');
    }
  });

  it('names an unwell instance in the reason of going back', () => {
    const decision = decide(
      facts({
        state: { stage: 'canary', share: 100 },
        observation: observing({ monolith: answers(1_000), service: answers(30, { failures: 30 }) }),
        unwell: [{ url: 'http://127.0.0.1:4001', why: 'GET /health/ready answers 404', workers: 1, of: 2 }],
      }),
    );
    assert.equal(decision.do, 'rollBack');
    assert.match(
      decision.do === 'rollBack' ? decision.why : '',
      /127\.0\.0\.1:4001 is unwell: GET .* answers 404$/,
    );
  });

  it('moves no key while something is to be fixed first', () => {
    const findings = ['no request of GET /me carried its key'];
    assert.deepEqual(decide(facts({ state: { stage: 'shadowing' }, findings })), {
      do: 'wait',
      why: findings[0],
    });
  });

  it('says with each step back why it goes back', () => {
    const target: Target = { stage: 'monolith', share: 0 };
    const step = decide(facts({ state: { stage: 'canary', share: 100, target, reason: 'logins are slow' } }));
    assert.deepEqual(step, { do: 'step', share: 0, why: 'back to 0%: logins are slow' });
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

function answers(requests: number, change: Partial<Tally> = {}): Tally {
  return { ...emptyTally(), requests, ...change };
}

function observing(both: { monolith: Tally; service: Tally }): Observation {
  return { ...nothingObserved(), long: new Map([['GET /me', both]]) };
}

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
const anyEvidence = fc
  .record({
    seconds: fc.nat(300),
    requests: fc.record({ monolith: fc.nat(500), service: fc.nat(500) }),
    failures: fc.record({ monolith: fc.nat(20), service: fc.nat(20) }),
    rescued: fc.nat(3),
    compared: fc.nat(200),
    mismatched: fc.nat(5),
    keys: fc.nat(100).chain((seen) => fc.record({ seen: fc.constant(seen), inShare: fc.nat(seen) })),
  })
  .map((random) => ({ ...facts().evidence, ...random }));
const anyTally = fc
  .record({ requests: fc.nat(500), failures: fc.nat(20), ownErrors: fc.nat(5) })
  .map(({ requests, failures, ownErrors }) => answers(Math.max(requests, failures), { failures, ownErrors }));
const anyObservation = fc
  .record({ monolith: anyTally, service: anyTally, before: anyTally, refused: fc.constantFrom(0, 0, 0, 1) })
  .map(
    ({ before, refused, ...both }): Observation => ({
      ...observing(both),
      monolith: { since: both.monolith, before },
      refused,
    }),
  );
const anyFacts = fc
  .record({
    state: anyState,
    forward: anyLink,
    reverse: anyLink,
    verification: anyVerification,
    evidence: anyEvidence,
    observation: anyObservation,
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

describe('rollbackImpact', () => {
  it('is lossless while the reverse link streams, lossy when it does not, refused once retired', () => {
    const onlyOnService = { names: ['profiles.privacy_settings'], at: new Date(0), stale: false };
    const base = { linked: true, share: 5_000, maxLagMs: 1_000, onlyOnService };
    const lossless = rollbackImpact({ ...base, stage: 'canary', reverse: streaming });
    assert.equal(lossless.verdict, 'lossless');
    assert.match(lossless.details.join(), /privacy_settings/);
    assert.equal(rollbackImpact({ ...base, stage: 'migrated', reverse: off }).verdict, 'lossy');
    const differing = ['public.users'];
    assert.deepEqual(rollbackImpact({ ...base, stage: 'canary', reverse: streaming, differing }), {
      verdict: 'lossy',
      details: ['the last comparison found rows that differ: public.users', 'banyan verify --repair first'],
    });
    assert.equal(rollbackImpact({ ...base, stage: 'retired', reverse: off }).verdict, 'refused');
  });

  it('says when what stays behind has not been read, or not lately', () => {
    const at = { linked: true, stage: 'canary', share: 5_000, maxLagMs: 1_000, reverse: streaming } as const;
    const detail = (onlyOnService: Parameters<typeof rollbackImpact>[0]['onlyOnService']) =>
      rollbackImpact({ ...at, onlyOnService }).details.at(-1)!;
    assert.match(detail(null), /is not known/);
    assert.match(
      detail({ names: ['profiles.bio'], at: new Date(0), stale: true }),
      /profiles\.bio \(as of 1970-01-01/,
    );
  });
});
