import type { Queryable } from '@banyan/postgres';
import type { UserId } from './system.ts';

/**
 * What is said to other services: `Events` of a system whose contracts have the events of `analyticsEvents`. Methods, since a system's ids
 * are numbers or UUIDs, and not either.
 */
export type Says = {
  publish(
    tx: Queryable,
    type: 'MetricCalculated',
    data: { metric: string; value: number; calculatedAt: string },
  ): Promise<unknown>;
  publish(
    tx: Queryable,
    type: 'ReportGenerated',
    data: { userId: UserId; reportId: number; format: string },
  ): Promise<unknown>;
  publish(
    tx: Queryable,
    type: 'DashboardUpdated',
    data: { userId: UserId; name: string; change: string },
  ): Promise<unknown>;
};
