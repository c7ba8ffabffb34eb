import { eventing } from '@banyan/events';
import { defineService, keyValues, signals } from '@banyan/service';
import { accountActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { delivery } from './delivery/part.ts';
import { type Telling, telling } from './delivery/telling.ts';
import { fromRows } from './facts.ts';
import { streams } from './feed/streams.ts';
import { contracts, followOthers } from './follow.ts';
import { routes } from './routes.ts';

/** What people are told of, by which ways, and whether they have read it. */
export const notifications = defineService({
  name: 'notifications',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    limits: keyValues(),
    signals: signals('notifications_deliveries', 'notifications_feed'),
    telling,
    events: eventing(contracts, ({ provided }) => ({
      on: followOthers(provided.telling as Telling),
      fromRows,
    })),
    delivery,
    streams,
  },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await notifications.run();
