import { eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { accountActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { fromRows } from './facts.ts';
import { contracts, followAccounts } from './follow-accounts.ts';
import { routes } from './routes.ts';

/** Profiles, preferences and privacy. */
export const users = defineService({
  name: 'users',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    events: eventing(contracts, { on: followAccounts, fromRows, concurrency: 4 }),
  },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await users.run();
