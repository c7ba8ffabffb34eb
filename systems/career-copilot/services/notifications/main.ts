import { defineContracts, type EventingDefinition, eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { contracts as auth } from '../../contracts/auth.ts';
import { contracts as own } from '../../contracts/notifications.ts';
import { accountActivity, hearOfActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { delivery } from './delivery/part.ts';
import { fromRows } from './facts.ts';
import { routes } from './routes.ts';
import { signals } from './signals.ts';

/** What notifications says and hears. */
const contracts = defineContracts({ ...own, events: { ...own.events, ...auth.events } });

const on: EventingDefinition<typeof contracts>['on'] = hearOfActivity;

/** What people are told of, and whether they have read it. */
export const notifications = defineService({
  name: 'notifications',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    signals,
    events: eventing(contracts, { on, fromRows }),
    delivery,
  },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await notifications.run();
