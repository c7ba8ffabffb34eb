import { eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { accountActivity } from '../../kit/account-activity.ts';
import { issuersOf } from '../../kit/issuers.ts';
import { Config, metrics } from './context.ts';
import { contracts, hear } from './hear.ts';
import { overview } from './overview/overview.ts';
import { reports } from './reports/part.ts';
import { routes } from './routes.ts';
import type { Documents } from './store/documents.ts';
import { documents } from './store/part.ts';

/** What people are told of their search as a whole, and operators of all of them: made of what the other services tell. */
export const analytics = defineService({
  name: 'analytics',
  config: Config,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    documents,
    events: eventing(contracts, ({ provided }) => hear(provided.documents as Documents)),
    overview,
    reports,
  },
  metrics,
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await analytics.run();
