import { analyticsTables, type Documents, documents, overview, reports } from '@banyan/analytics';
import { eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { accountActivity } from '../../kit/account-activity.ts';
import { issuersOf } from '../../kit/issuers.ts';
import { careerCopilot } from './career-copilot.ts';
import { Config, metrics } from './context.ts';
import { contracts, hear } from './hear.ts';
import { ofAllUsers } from './overview/overview.ts';
import { contentOf } from './reports/content.ts';
import { routes } from './routes.ts';

/** What people are told of their search as a whole, and operators of all of them: made of what the other services tell. */
export const analytics = defineService({
  name: 'analytics',
  config: Config,
  use: {
    activity: accountActivity,
    tables: analyticsTables(careerCopilot),
    documents,
    events: eventing(contracts, ({ provided }) => hear(provided.documents as Documents)),
    overview: overview(ofAllUsers),
    reports: reports(contentOf),
  },
  metrics,
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await analytics.run();
