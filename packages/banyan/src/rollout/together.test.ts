import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FULL_SHARE, STAGES, type Stage } from '@banyan/plan/stages';
import fc from 'fast-check';
import { decisionFacts, NOW, off } from '../testing/decision-facts.ts';
import { decide, type Facts } from './decide.ts';
import { nothingObserved } from './evidence/observation.ts';
import { emptyTally } from './evidence/tally.ts';
import { decideTogether } from './together.ts';

const failing = () => {
  const tally = { ...emptyTally(), requests: 1_000, failures: 500, ownErrors: 500 };
  const counts = new Map([['GET /me', { monolith: { ...emptyTally(), requests: 1_000 }, service: tally }]]);
  return { ...nothingObserved(), long: counts, short: counts };
};

/** What makes one of the services ready, unready, or bad. */
const CONDITIONS: (() => Partial<Omit<Facts, 'state'>>)[] = [
  () => ({}),
  () => ({ forward: off }),
  () => ({ reverse: { state: 'streaming', lagMs: 60_000, error: null } }),
  () => ({ verification: { verdict: 'DIVERGENT', verifiedAt: NOW, rows: 1 } }),
  () => ({ unwell: null }),
  () => ({ linked: false }),
  () => ({ observation: failing() }),
];

const places = fc.constantFrom<{ stage: Stage; share: number }[]>(
  ...STAGES.flatMap((stage) =>
    (stage === 'canary'
      ? [100, 5_000, FULL_SHARE]
      : [stage === 'migrated' || stage === 'retired' ? FULL_SHARE : 0]
    ).map((share) => [{ stage, share }]),
  ),
);

test('services that move together do one thing, which all are ready for, and go back with the first that has to', () => {
  fc.assert(
    fc.property(
      places,
      fc.constantFrom(...STAGES),
      fc.array(fc.constantFrom(...CONDITIONS), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      ([at], aim, conditions, forced) => {
        const share = aim === 'canary' ? 1_000 : aim === 'migrated' || aim === 'retired' ? FULL_SHARE : 0;
        const group = conditions.map((condition, index) =>
          decisionFacts({
            ...condition(),
            state: { service: `s${index}`, ...at, target: { stage: aim, share }, forced },
          }),
        );
        const alone = group.map(decide);
        const [first, ...others] = decideTogether(group as [Facts, ...Facts[]]);
        const what = ({ decision: { why, ...what } }: typeof first) => what;
        for (const other of others) assert.deepEqual(what(other), what(first));
        const does = first.decision.do;
        if (does === 'enter' || does === 'step')
          assert.deepEqual(new Set(alone.map((decision) => decision.do)), new Set([does]));
        assert.equal(
          does === 'rollBack',
          alone.some((decision) => decision.do === 'rollBack'),
        );
      },
    ),
  );
});

test('whoever waits for another is told for what', () => {
  const ready = decisionFacts({ state: { service: 'session', stage: 'shadowing' } });
  const behind = decisionFacts({ forward: off, state: { service: 'payment', stage: 'shadowing' } });
  const [session, payment] = decideTogether([ready, behind]).map(({ decision }) => decision);
  assert.deepEqual(payment, { do: 'wait', why: 'forward link is off' });
  assert.deepEqual(session, { do: 'wait', why: "with 'payment': forward link is off" });
});

test('services that are not where the others are do not move', () => {
  const [one, other] = [{ stage: 'shadowing' as const }, { stage: 'copying' as const }].map((state) =>
    decisionFacts({ state }),
  );
  for (const { decision } of decideTogether([one!, other!])) assert.equal(decision.do, 'wait');
});
