import { calendars } from '@banyan/calendars';
import { connections } from '@banyan/connections';
import { eventing } from '@banyan/events';
import { calls, defineService, networksIn } from '@banyan/service';
import { publicApplications, publicOffers } from '../../contracts/public-api.ts';
import { accountActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { skillsPart } from '../../kit/skills/part.ts';
import { ofInterviews } from './calendar/system.ts';
import { encryption } from './encryption.ts';
import { hears } from './hears.ts';
import { mail } from './mail/part.ts';
import { contracts } from './messages.ts';
import { routes } from './routes.ts';
import { sweeping } from './sweep.ts';
import { webhooks } from './webhooks/part.ts';

const policy = { deadlineMs: 5_000, breaker: { openMs: 5_000 } };

/** What people use beside Career Copilot, and what passes between the two. */
export const integrations = defineService({
  name: 'integrations',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    encryption,
    skills: skillsPart,
    events: eventing(contracts, hears),
    networks: networksIn('WEBHOOK_NETWORKS'),
    webhooks,
    connections: connections(ofInterviews),
    offers: calls(publicOffers, {
      config: IssuerConfig,
      urls: ({ API_URL }) => ({ api: API_URL }),
      identity: 'none',
      policy,
    }),
    calendar: calendars(ofInterviews),
    api: calls(publicApplications, {
      config: IssuerConfig,
      urls: ({ API_URL }) => ({ api: API_URL }),
      policy,
    }),
    mail,
    sweeping,
  },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await integrations.run();
