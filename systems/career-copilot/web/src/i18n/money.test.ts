import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatMoney, formatMoneyRange } from './money.ts';

/** What Intl puts where a line must not break. */
function plain(text: string | null): string {
  return (text ?? 'none').replaceAll(/[\u00a0\u202f\u2009]/g, ' ');
}

describe('formatMoney', () => {
  it('shows whole amounts without decimals, and others with those of their currency', () => {
    assert.equal(plain(formatMoney('en-US', 50_000, { currency: 'EUR' })), '€50,000');
    assert.equal(plain(formatMoney('de', 12.5, { currency: 'EUR' })), '12,50 €');
  });

  it('reads amounts of the smallest part by what the currency is divided into', () => {
    assert.equal(plain(formatMoney('en-US', 1_250, { currency: 'USD', unit: 'minor' })), '$12.50');
    assert.equal(plain(formatMoney('en-US', 1_250, { currency: 'JPY', unit: 'minor' })), '¥1,250');
    assert.equal(plain(formatMoney('de', 200, { currency: 'EUR', unit: 'minor' })), '2 €');
  });

  it('names what is no currency beside the number', () => {
    assert.equal(plain(formatMoney('de', 1_000, { currency: 'Credits' })), '1.000 Credits');
  });

  it('formats any number in any currency', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), fc.constantFrom('major', 'minor'), (amount, currency, unit) => {
        assert.ok(formatMoney('de-AT', amount, { currency, unit }).length > 0);
      }),
    );
  });
});

describe('formatMoneyRange', () => {
  it('shows what is known of it', () => {
    assert.equal(plain(formatMoneyRange('en-US', [50_000, 60_000], 'EUR')), '€50,000 – €60,000');
    assert.equal(plain(formatMoneyRange('de', [50_000, null], 'EUR')), '50.000 €');
    assert.equal(plain(formatMoneyRange('de', [50_000, 50_000], 'EUR')), '50.000 €');
    assert.equal(formatMoneyRange('de', [null, null], 'EUR'), null);
  });
});
