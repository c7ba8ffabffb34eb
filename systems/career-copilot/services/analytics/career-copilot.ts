import type { AnalyticsSystem } from '@banyan/analytics';
import { role } from '@banyan/service';
import type pg from 'pg';
import { API } from '../../api/common.ts';
import { activeUser, callerOf } from '../../kit/active-user.ts';
import { METRICS } from './careers/moments.ts';

/** What is Career Copilot's of its figures, besides what is made of which event (hear.ts). */
export const careerCopilot: AnalyticsSystem = {
  title: 'Career Copilot',
  paths: { api: API, own: '/analytics' },
  userIds: 'integer',
  metrics: { own: METRICS, all: METRICS },
  reportName: 'job-search',
  access: (pool) => ({ callerOf, signedIn: signedIn(pool), admin: admin(pool) }),
};

/** The service knows of accounts by events alone. */
function signedIn(pool: pg.Pool) {
  const ofUser = activeUser(pool, { byEventsAlone: true });
  return (...statuses: number[]) => {
    const { onRequest, config } = ofUser();
    return { onRequest, config: { ...config, errors: [...config.errors, ...statuses] } };
  };
}

/** No client administrates in the name of somebody. */
function admin(pool: pg.Pool) {
  const ofUser = signedIn(pool);
  return (...statuses: number[]) => {
    const { onRequest, config } = ofUser(...statuses);
    return { onRequest, config: { allow: [role('admin')], errors: config.errors } };
  };
}
