/** What the analytics service says to the others. What it answers to clients is in api/analytics.ts, and in @banyan/analytics. */
import { analyticsEvents } from '@banyan/analytics/contracts';
import { defineContracts } from '@banyan/events';
import { Uuid } from '../api/common.ts';
import { SYSTEM } from './common.ts';

export const contracts = defineContracts({ system: SYSTEM, events: analyticsEvents(Uuid) });
