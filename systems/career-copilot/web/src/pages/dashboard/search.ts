/** What is counted over time, as the service of analytics names it. */
export const METRICS = [
  'applied',
  'answered',
  'interview',
  'offer',
  'accepted',
  'rejected',
  'created',
  'ghosted',
] as const;
export type Metric = (typeof METRICS)[number];

/** What the address of the dashboard says: `/?metric=answered&unit=day`. Left out: what was applied for, by week. */
export type DashboardSearch = { metric?: Metric; unit?: 'day' };

/** What is not understood is as if it were not there. */
export function dashboardSearch({ metric, unit }: Record<string, unknown>): DashboardSearch {
  const known = METRICS.find((each) => each === metric);
  return {
    ...(known && known !== 'applied' ? { metric: known } : {}),
    ...(unit === 'day' ? { unit } : {}),
  };
}
