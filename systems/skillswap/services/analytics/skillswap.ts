import type { AnalyticsSystem } from '@banyan/analytics';
import { API } from '../../api/common.ts';
import { accessIn } from '../../kit/access.ts';
import { METRICS } from './series.ts';

/** What is SkillSwap's of its figures, besides what is kept of which event (hear.ts). */
export const skillswap: AnalyticsSystem = {
  title: 'SkillSwap',
  paths: { api: API, own: '/analytics' },
  userIds: 'uuid',
  metrics: METRICS,
  reportName: 'skillswap',
  spelling: 'camelCase',
  access: (pool) => accessIn(pool, 'people'),
};
