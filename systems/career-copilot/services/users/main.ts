import { eventing } from '@banyan/events';
import { calls, defineService } from '@banyan/service';
import { contracts as auth } from '../../contracts/auth.ts';
import { publicApi } from '../../contracts/public-api.ts';
import { accountActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { skillsPart } from '../../kit/skills/part.ts';
import { fromRows } from './facts.ts';
import { contracts, followAccounts } from './follow-accounts.ts';
import { routes } from './routes.ts';

const policy = { deadlineMs: 5_000, breaker: { openMs: 5_000 } };

/** Profiles, preferences and privacy. */
export const users = defineService({
  name: 'users',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    skills: skillsPart,
    events: eventing(contracts, { on: followAccounts, fromRows, concurrency: 4 }),
    accounts: calls(auth.operations, {
      config: IssuerConfig,
      urls: ({ AUTH_URL }) => ({ auth: AUTH_URL }),
      policy,
    }),
    api: calls(publicApi, { config: IssuerConfig, urls: ({ API_URL }) => ({ api: API_URL }), policy }),
  },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await users.run();
