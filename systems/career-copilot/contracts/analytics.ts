/** What the analytics service says to the others. What it answers to clients is in api/analytics.ts. */
import { analyticsEvents } from '@banyan/analytics/contracts';
import { defineContracts, event } from '@banyan/events';
import { SYSTEM, UserId } from './common.ts';

const { MetricCalculated, ReportGenerated, DashboardUpdated } = analyticsEvents(UserId);

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    MetricCalculated: event(MetricCalculated),
    ReportGenerated: event(ReportGenerated),
    DashboardUpdated: event(DashboardUpdated),
  },
});
