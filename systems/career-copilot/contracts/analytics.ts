/** What the analytics service says to the others. What it answers to clients is in api/analytics.ts. */
import { analyticsEvents } from '@banyan/analytics/contracts';
import { defineContracts } from '@banyan/events';
import { SYSTEM, UserId } from './common.ts';

export const contracts = defineContracts({ system: SYSTEM, events: analyticsEvents(UserId) });
