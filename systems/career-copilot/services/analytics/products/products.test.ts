import assert from 'node:assert/strict';
import { it } from 'node:test';
import { productsContract } from '@banyan/analytics/testing';
import { NOBODY } from '../careers/career.ts';
import type { Way } from '../careers/moments.ts';
import { makeForecast } from '../forecast/forecast.ts';
import type { Overview } from '../overview/overview.ts';
import { addCareer, cohortsOf, noTotals } from '../overview/totals.ts';
import { PRODUCTS } from './products.ts';

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

productsContract(PRODUCTS, { career: NOBODY, past: new Map(), overview: overviewAt(NOW) });

it('those who began in one week are one cohort, with how many of theirs were answered and how soon', () => {
  assert.deepEqual(cohortsOf(overviewAt(NOW).totals, 'registration'), [
    { week: '2026-10-26', users: 1, applications: 2, response_rate: 0.5, median_days_to_answer: 2 },
  ]);
  assert.equal(cohortsOf(overviewAt(NOW).totals, 'first_application')[0]!.week, '2026-11-02');
});
