import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Value } from 'typebox/value';
import { NOBODY } from '../careers/career.ts';
import type { Way } from '../careers/moments.ts';
import { makeForecast } from '../forecast/forecast.ts';
import type { Overview } from '../overview/overview.ts';
import { addCareer, cohortsOf, noTotals } from '../overview/totals.ts';
import { cataloguePage } from './catalogue.ts';
import { freshnessOf, PRODUCTS } from './products.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const AT = '2026-11-02T10:00:00.000Z';

const way = (changes: Partial<Way> = {}): Way => ({
  id: 1,
  jobId: 1,
  status: 'screening',
  isGhosted: false,
  createdAt: AT,
  appliedAt: AT,
  source: null,
  wasThere: false,
  steps: [
    { to: 'applied', at: AT },
    { to: 'screening', at: '2026-11-04T10:00:00.000Z' },
  ],
  ...changes,
});

function overviewAt(calculatedAt: number): Overview {
  const totals = noTotals();
  addCareer(totals, { ...NOBODY, registeredAt: '2026-10-26T00:00:00.000Z' }, [
    way(),
    way({ id: 2, status: 'applied', steps: [] }),
    way({ id: 3, status: 'saved', appliedAt: null, steps: [] }),
  ]);
  const forecasts = { model: makeForecast([]), chances: new Map(), madeAt: calculatedAt - 60_000 };
  return { totals, forecasts, calculatedAt };
}

describe('a data product', () => {
  it('is what its schema says, each of them', () => {
    const sources = { career: NOBODY, past: new Map(), overview: overviewAt(NOW) };
    for (const { name, schema, read } of PRODUCTS) {
      const data = read(sources);
      assert.deepEqual([...Value.Errors(schema, data)], [], name);
    }
    const ids = PRODUCTS.map(({ name, version }) => `${name} ${version}`);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('keeps its promise while it is young enough, and not when nobody knows how old it is', () => {
    const own = PRODUCTS.find(({ audience }) => audience === 'own')!;
    const ofAll = PRODUCTS.find(({ audience }) => audience === 'administrators')!;
    const overview = overviewAt(NOW - 500_000);
    const heardUntil = NOW - 5_000;
    const completeSince = new Date(NOW - 9_000);
    assert.deepEqual(freshnessOf(own, { heardUntil, overview, completeSince }, NOW), {
      promise_seconds: 60,
      age_seconds: 5,
      kept: true,
      complete_since: completeSince.toISOString(),
    });
    assert.deepEqual(freshnessOf(ofAll, { heardUntil, overview, completeSince }, NOW), {
      promise_seconds: 120,
      age_seconds: 500,
      kept: false,
      complete_since: completeSince.toISOString(),
    });
    const forecast = PRODUCTS.find(({ madeAt }) => madeAt)!;
    assert.equal(freshnessOf(forecast, { heardUntil, overview, completeSince }, NOW).age_seconds, 560);
    assert.equal(freshnessOf(own, { heardUntil: null, overview, completeSince }, NOW).kept, false);
    assert.equal(freshnessOf(ofAll, { heardUntil, overview: null, completeSince }, NOW).kept, false);
  });

  it('is in a catalogue that asks for nothing from elsewhere, and says of a broken promise that it is', () => {
    const entries = PRODUCTS.map((product) => ({
      product: { ...product, title: `<script>${product.title}` },
      freshness: { promise_seconds: 60, age_seconds: 61, kept: false, complete_since: null },
    }));
    const page = cataloguePage(entries, '/api/v1/analytics/products');
    assert.doesNotMatch(page, /<script|https?:|src=|@import/);
    assert.equal(page.match(/The promise is broken/g)!.length, PRODUCTS.length);
    for (const needed of ['<html lang="en">', '<main>', '<h1>']) assert.ok(page.includes(needed), needed);
  });
});

it('those who began in one week are one cohort, with how many of theirs were answered and how soon', () => {
  assert.deepEqual(cohortsOf(overviewAt(NOW).totals, 'registration'), [
    { week: '2026-10-26', users: 1, applications: 2, response_rate: 0.5, median_days_to_answer: 2 },
  ]);
  assert.equal(cohortsOf(overviewAt(NOW).totals, 'first_application')[0]!.week, '2026-11-02');
});
