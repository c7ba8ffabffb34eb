/** What the analytics service says to the others. What it answers to clients is in api/analytics.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { ofUser, SYSTEM, text, UserId } from './common.ts';

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
    ReportGenerated: event({
      ...ofUser('analytics', 'A report that somebody has ordered can be fetched.'),
      data: Type.Object({ userId: UserId, reportId: Type.Integer(), format: text('`csv` or `pdf`.') }),
    }),
    DashboardUpdated: event({
      ...ofUser('analytics', 'Somebody has made, changed or removed a dashboard of theirs.'),
      data: Type.Object({ userId: UserId, name: text('Its name.'), change: text('`saved` or `removed`.') }),
    }),
  },
});
