/** What the analytics service says to the others. What it answers to clients is in api/analytics.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { SYSTEM, text } from './common.ts';

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    MetricCalculated: event({
      service: 'analytics',
      summary: 'A figure about all users has been calculated anew.',
      version: 1,
      key: 'metric',
      data: Type.Object({
        metric: text('Its name, e.g. `response_rate`.'),
        value: Type.Number(),
        calculatedAt: Type.String({ format: 'date-time' }),
      }),
    }),
  },
});
