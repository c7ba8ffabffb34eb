import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  BONUS_TIERS,
  CREDIT_PRICE,
  divided,
  MAX_CREDITS,
  payoutAmount,
  purchasedCredits,
  sessionCredits,
} from './prices.ts';

const credits = fc.integer({ min: 1, max: MAX_CREDITS });
const currency = fc.constantFrom('EUR', 'USD', 'GBP');

describe('a transfer', () => {
  it('is its fee and what the provider gets, whatever the amount, and never without a fee', () => {
    fc.assert(
      fc.property(credits, (amount) => {
        const { fee, provider } = divided(amount);
        assert.equal(fee + provider, amount);
        assert.ok(fee >= 1 && provider >= 0 && Number.isInteger(fee));
        assert.ok(fee * 100 >= amount * 5 && (fee - 1) * 100 < amount * 5);
      }),
    );
  });

  it('below 20 credits has a fee of one', () => {
    assert.deepEqual(divided(19), { fee: 1, provider: 18 });
    assert.deepEqual(divided(20), { fee: 1, provider: 19 });
    assert.deepEqual(divided(21), { fee: 2, provider: 19 });
    assert.deepEqual(divided(1), { fee: 1, provider: 0 });
    assert.deepEqual(divided(0), { fee: 0, provider: 0 });
  });
});

describe('a purchase', () => {
  it('of more money never gives fewer credits, and the bonus is never more than its tier', () => {
    const amounts = fc.tuple(fc.nat({ max: 1e8 }), fc.nat({ max: 1e8 }), currency);
    fc.assert(
      fc.property(amounts, ([a, b, currency]) => {
        const [less, more] = [a, b].sort((x, y) => x - y).map((one) => purchasedCredits(one, currency));
        assert.ok(less!.bought + less!.bonus <= more!.bought + more!.bonus);
        assert.ok(more!.bonus * 100 <= more!.bought * BONUS_TIERS[0].percent);
        assert.ok(more!.bought * CREDIT_PRICE[currency] <= Math.max(a, b));
      }),
    );
  });

  it('of many credits has a bonus by tiers', () => {
    const bonus = (count: number) => purchasedCredits(count * CREDIT_PRICE.USD, 'USD').bonus;
    assert.deepEqual([49, 50, 99, 100, 500, 1000].map(bonus), [0, 1, 1, 3, 20, 50]);
  });

  it('paid to somebody else is never worth more than it cost, in whatever parts it is paid', () => {
    const purchases = fc.tuple(fc.nat({ max: 1e8 }), currency, fc.array(fc.integer({ min: 1, max: 2_000 })));
    fc.assert(
      fc.property(purchases, ([amount, currency, parts]) => {
        const { bought, bonus } = purchasedCredits(amount, currency);
        let left = bought + bonus;
        let earned = 0;
        for (const part of [...parts, left]) {
          const paid = Math.min(part, left);
          earned += divided(paid).provider;
          left -= paid;
        }
        earned += divided(left).provider;
        assert.ok(payoutAmount(earned, currency) <= amount);
      }),
    );
  });

  it('is worth as much when it is paid out, without its bonus', () => {
    fc.assert(
      fc.property(credits, currency, (bought, currency) => {
        const amount = payoutAmount(bought, currency);
        assert.equal(purchasedCredits(amount, currency).bought, bought);
      }),
    );
  });
});

it('a session costs whole credits, rounded up', () => {
  assert.deepEqual(
    [30, 60, 90, 120].map((minutes) => sessionCredits(15, minutes)),
    [8, 15, 23, 30],
  );
});
