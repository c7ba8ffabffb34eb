import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { reportingOf } from '../reports/tax-rules.ts';
import { type PurchaseFacts, riskOf } from './fraud.ts';
import { LIMITS, suspicionsOf, type WithdrawalFacts } from './laundering.ts';
import { nameKey } from './sanctions.ts';

const DAY_MS = 86_400_000;

describe('the risk of a purchase', () => {
  const quiet: PurchaseFacts = {
    ...{ credits: 50, knownForMs: 90 * DAY_MS, country: 'DE', paidFrom: ['DE'] },
    lastHour: { made: 0, refused: 0 },
    lastDay: { made: 0, credits: 0 },
  };
  const risky = new Set(['XX']);
  const rules = (facts: Partial<PurchaseFacts>) =>
    riskOf({ ...quiet, ...facts }, risky).reasons.map(({ rule }) => rule);

  it('is low for who buys as always, and new people are no reason by themselves', () => {
    assert.deepEqual(riskOf(quiet, risky), { level: 'LOW', score: 0, reasons: [] });
    assert.equal(riskOf({ ...quiet, knownForMs: 0, paidFrom: [] }, risky).level, 'LOW');
  });

  it('says what was found', () => {
    assert.deepEqual(rules({ lastHour: { made: 5, refused: 3 } }), ['VELOCITY_HOUR', 'REFUSED']);
    assert.deepEqual(rules({ credits: 5_000 }), ['AMOUNT', 'LARGE_AMOUNT', 'AMOUNT_DAY']);
    assert.deepEqual(rules({ country: 'XX' }), ['COUNTRY', 'OTHER_COUNTRY']);
    assert.deepEqual(rules({ country: null, paidFrom: ['DE'] }), []);
  });

  it('is high for who tries cards, and for who is new and buys much', () => {
    assert.equal(riskOf({ ...quiet, lastHour: { made: 6, refused: 6 } }, risky).level, 'HIGH');
    assert.equal(riskOf({ ...quiet, credits: 5_000, knownForMs: 0 }, risky).level, 'HIGH');
    assert.equal(riskOf({ ...quiet, credits: 1_000, knownForMs: 0 }, risky).level, 'MEDIUM');
    assert.equal(riskOf({ ...quiet, country: 'XX' }, risky).level, 'HIGH');
  });

  it('never falls by more of anything', () => {
    const count = fc.nat({ max: 20 });
    const facts = fc.record({
      ...{ credits: fc.integer({ min: 1, max: 20_000 }), knownForMs: fc.nat({ max: 3 * DAY_MS }) },
      ...{ country: fc.constantFrom('DE', 'XX', null), paidFrom: fc.constantFrom([], ['DE']) },
      lastHour: fc.record({ made: count, refused: count }),
      lastDay: fc.record({ made: count, credits: fc.nat({ max: 10_000 }) }),
    });
    fc.assert(
      fc.property(facts, count, (less, by) => {
        const more = {
          ...less,
          credits: less.credits + by * 100,
          lastHour: { made: less.lastHour.made + by, refused: less.lastHour.refused + by },
          lastDay: { made: less.lastDay.made + by, credits: less.lastDay.credits + by * 100 },
        };
        const { score, reasons } = riskOf(more, risky);
        assert.ok(score >= riskOf(less, risky).score && score <= 100);
        assert.equal(score === 0, reasons.length === 0);
      }),
    );
  });
});

describe('a withdrawal', () => {
  const quiet: WithdrawalFacts = {
    ...{ credits: 100, lastWeek: [], lastMonth: [] },
    earned: { lastDay: { payers: 1, credits: 40 }, lastMonth: { credits: 400, mostOfOne: 100 } },
  };
  const rules = (facts: Partial<WithdrawalFacts>) =>
    suspicionsOf({ ...quiet, ...facts }).map(({ rule }) => rule);

  it('of somebody who earns as others do is no matter', () => assert.deepEqual(rules({}), []));

  it('is looked at where it is large, or where several are just below that', () => {
    assert.deepEqual(rules({ credits: LIMITS.once }), ['LIMIT']);
    const below = LIMITS.once - 1;
    assert.deepEqual(rules({ credits: below, lastWeek: [below], lastMonth: [below] }), []);
    const structured = { lastWeek: [below, below - 100], lastMonth: [below, below - 100] };
    assert.deepEqual(rules({ credits: below, ...structured }), ['STRUCTURING']);
    assert.deepEqual(rules({ lastMonth: [5_000, 4_900] }), ['LIMIT_MONTH']);
  });

  it('is looked at where many pay one, one pays all, or it goes as it came', () => {
    const month = { credits: 2_000, mostOfOne: 100 };
    const many = { earned: { lastDay: { payers: 20, credits: 0 }, lastMonth: month } };
    assert.deepEqual(rules(many), ['MANY_TO_ONE']);
    const one = { lastDay: { payers: 0, credits: 0 }, lastMonth: { credits: 1_000, mostOfOne: 950 } };
    assert.deepEqual(rules({ earned: one }), ['ONE_PAYER']);
    const passed = { lastDay: { payers: 6, credits: 600 }, lastMonth: month };
    assert.deepEqual(rules({ credits: 600, earned: passed }), ['PASSED_THROUGH']);
  });
});

it('a name is the same however it is written', () => {
  assert.equal(nameKey('Doe, Jöhn'), nameKey('JOHN  DOE'));
  assert.notEqual(nameKey('John Doe'), nameKey('Jane Doe'));
});

it('what is earned is reported by the rule of the country', () => {
  const earned = { sessions: 1, credits: 10 };
  assert.deepEqual(reportingOf('DE', earned), { rule: 'DAC7', reportable: true });
  assert.deepEqual(reportingOf('GB', { sessions: 0, credits: 0 }), { rule: 'GB_OECD', reportable: false });
  assert.equal(reportingOf('US', earned).reportable, false);
  assert.equal(reportingOf('US', { sessions: 200, credits: 30_000 }).reportable, false);
  assert.equal(reportingOf('US', { sessions: 201, credits: 20_000 }).reportable, true);
  assert.deepEqual(reportingOf('CH', earned), { rule: 'NONE', reportable: false });
  assert.equal(reportingOf(null, earned).rule, 'NONE');
});
