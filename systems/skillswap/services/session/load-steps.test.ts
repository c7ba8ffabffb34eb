import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { moved } from '../../kit/sessions/transitions.ts';
import { type Chance, isOver, nextStep, outcomeOf, type Progress, type Step } from './load-steps.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2030, 0, 15, 12);

/** All that is done with a session that begins at noon, looked at once a minute from then on. */
function livedThrough(drawn: number[], from: number): { steps: Step[]; paid: number; last: Progress } {
  const next = () => (drawn.pop() ?? 0) / 1_000;
  const random: Chance = {
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)]!,
  };
  let session: Progress = {
    ...{ state: 'SCHEDULED', startsAt: NOON, endsAt: NOON + 60 * MINUTE, credits: 21 },
    ...{ contestableBy: null, disputed: false, rated: [], entered: [] },
  };
  const steps: Step[] = [];
  let paid = 0;
  for (let now = from; !isOver(session) && now < NOON + 600 * MINUTE; now += MINUTE) {
    const step = nextStep(random, session, now);
    if (!step) continue;
    if (step.do === 'move')
      // Half a minute later it is the same.
      for (const at of [now, now + MINUTE / 2])
        assert.deepEqual(moved(session, step.action, step.by, at), { to: step.to });
    const outcome = outcomeOf(session, step, now);
    steps.push(step);
    paid += outcome.paid;
    session = outcome.after;
  }
  return { steps, paid, last: session };
}

/** Some are looked at before they begin, others when it is late. */
const chances = fc.array(fc.integer({ min: 0, max: 999 }), {
  minLength: 2_000,
  maxLength: 2_000,
});
const lives = fc
  .sample(fc.noBias(chances), { numRuns: 200, seed: 1 })
  .map((drawn, index) => livedThrough(drawn, NOON + (index % 2 === 0 ? -20 : 20) * MINUTE));

it('a session of today comes to its end, by steps that are allowed, and is paid once at most', () => {
  for (const { last, paid } of lives) {
    assert.ok(isOver(last) || last.contestableBy !== null, JSON.stringify(last));
    assert.ok(paid >= 0 && paid <= 21);
  }
});

it('people meet before they end it, rate each other once, and contest what the other one says', () => {
  const kinds = new Set<string>();
  for (const { steps, last } of lives) {
    for (const step of steps) kinds.add(step.do === 'move' ? step.action : step.do);
    const [ended] = steps.filter((step) => step.do === 'move' && step.to === 'COMPLETED');
    const rated = steps.flatMap((step) => (step.do === 'rate' ? [step.by] : []));
    assert.equal(new Set(rated).size, rated.length);
    if (!ended) continue;
    assert.deepEqual(last.entered, ['seeker', 'provider']);
    assert.equal(rated.length, 2);
  }
  for (const kind of ['start', 'enter', 'complete', 'noShow', 'cancel', 'rate', 'contest', 'decide'])
    assert.ok(kinds.has(kind), `nobody does ${kind}`);
});
