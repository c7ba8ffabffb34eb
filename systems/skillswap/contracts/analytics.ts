/** What the analytics service says to the others. What it answers to clients is in api/analytics.ts, and in @banyan/analytics. */
import { analyticsEvents } from '@banyan/analytics/contracts';
import { defineContracts, event } from '@banyan/events';
import { Uuid } from '../api/common.ts';
import { SYSTEM } from './common.ts';

const says = analyticsEvents(Uuid);
const of = { service: 'analytics', version: 1, key: 'userId' } as const;

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    MetricCalculated: event({ ...of, ...says.MetricCalculated, key: 'metric' }),
    ReportGenerated: event({ ...of, ...says.ReportGenerated }),
    DashboardUpdated: event({ ...of, ...says.DashboardUpdated }),
  },
});
