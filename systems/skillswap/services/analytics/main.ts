import { analyticsTables, overview, reports } from '@banyan/analytics';
import { eventing } from '@banyan/events';
import type { Db } from '@banyan/postgres';
import { defineService, GatewayConfig, gatewayIssuer, personalData } from '@banyan/service';
import { GATEWAY_ISSUER } from '../../kit/tokens.ts';
import { counting } from './counting.ts';
import { platformMetrics } from './figures.ts';
import { contracts, hear } from './hear.ts';
import type { Overview } from './products.ts';
import { contentOf } from './report.ts';
import { metrics, routes } from './routes.ts';
import { skillswap } from './skillswap.ts';

/** What people are told of what they have learned and taught, and operators of all of it: made of what the other services tell. */
export const analytics = defineService({
  name: 'analytics',
  config: GatewayConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    personalData,
    tables: analyticsTables(skillswap),
    events: eventing(contracts, hear),
    counting,
    overview: overview<Overview>({
      calculate: async ({ pool }: { pool: Db }, now) => ({
        calculatedAt: now,
        platform: await platformMetrics(pool),
      }),
      told: ({ platform }) => ({
        metric: 'sessions.completed',
        value: platform.sessionsCompleted.reduce((sum, { count }) => sum + count, 0),
      }),
    }),
    reports: reports(contentOf),
  },
  metrics,
  auth: { issuers: ({ config }) => gatewayIssuer(config, GATEWAY_ISSUER) },
  routes,
});

if (import.meta.main) await analytics.run();
