import type { Product } from '@banyan/analytics';
import { Type } from 'typebox';
import { Funnel, funnelOf, Summary, summaryOf } from '../../../api/analytics.ts';
import type { PastSteps } from '../careers/answers.ts';
import { funnel, summary } from '../careers/answers.ts';
import type { Career } from '../careers/career.ts';
import type { Overview } from '../overview/overview.ts';
import { cohortsOf } from '../overview/totals.ts';

type Sources = { career: Career; past: PastSteps };

const OWNER = 'Analytics';

const Cohorts = Type.Array(
  Type.Object({
    week: Type.String({ description: 'Its Monday.' }),
    users: Type.Integer(),
    applications: Type.Integer(),
    response_rate: Type.Number(),
    median_days_to_answer: Type.Union([Type.Number(), Type.Null()]),
  }),
);

const Calibration = Type.Object({
  refused: Type.Union([Type.String(), Type.Null()], {
    description: 'Why nothing is forecast; null: something is.',
  }),
  calibration: Type.Union([
    Type.Object({
      trained_on: Type.Integer(),
      held_out: Type.Integer(),
      brier: Type.Number(),
      base_rate: Type.Number(),
      base_rate_brier: Type.Number(),
      reliability: Type.Array(
        Type.Object({
          from: Type.Number(),
          to: Type.Number(),
          forecasts: Type.Integer(),
          said: Type.Number(),
          came: Type.Number(),
        }),
      ),
    }),
    Type.Null(),
  ]),
});

export const PRODUCTS: readonly Product<Sources, Overview>[] = [
  {
    name: 'my-search',
    version: 1,
    title: 'My search',
    description: 'How many applications the caller has in each status, and how far they have come.',
    owner: OWNER,
    audience: 'own',
    schema: Type.Object({ summary: Summary, funnel: Funnel }),
    promiseSeconds: 60,
    read: ({ career, past }) => ({ summary: summary(career), funnel: funnel(career, past) }),
  },
  {
    name: 'all-searches',
    version: 1,
    title: 'All searches',
    description: 'How many applications there are in each status, of all users together.',
    owner: OWNER,
    audience: 'administrators',
    schema: Type.Object({ users: Type.Integer(), summary: Summary, funnel: Funnel }),
    promiseSeconds: 120,
    read: ({ overview }) => {
      const { users, byStatus, hours } = overview!.totals;
      const reached = Object.entries(hours).map(([metric, counts]): [string, number] => [
        metric,
        [...counts.values()].reduce((sum, count) => sum + count, 0),
      ]);
      return { users, summary: summaryOf(byStatus), funnel: funnelOf(new Map(reached)) };
    },
  },
  {
    name: 'cohorts-by-registration',
    version: 1,
    title: 'Cohorts by registration',
    description: 'How often, and how soon, those who registered in one week are answered.',
    owner: OWNER,
    audience: 'administrators',
    schema: Cohorts,
    promiseSeconds: 120,
    read: ({ overview }) => cohortsOf(overview!.totals, 'registration'),
  },
  {
    name: 'cohorts-by-first-application',
    version: 1,
    title: 'Cohorts by first application',
    description: 'How often, and how soon, those who first applied in one week are answered.',
    owner: OWNER,
    audience: 'administrators',
    schema: Cohorts,
    promiseSeconds: 120,
    read: ({ overview }) => cohortsOf(overview!.totals, 'first_application'),
  },
  {
    name: 'answer-forecast',
    version: 1,
    title: 'Calibration of the forecast',
    description:
      'How good forecasts of an answer are: their Brier score on applications that the model has not seen, beside that of the base rate, and what came of what was said.',
    owner: OWNER,
    audience: 'users',
    schema: Calibration,
    promiseSeconds: 300,
    madeAt: ({ forecasts }) => forecasts.madeAt,
    read: ({ overview }) => {
      const { refused, calibration } = overview!.forecasts.model;
      return { refused, calibration };
    },
  },
];
