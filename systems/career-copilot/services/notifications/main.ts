import { eventing } from '@banyan/events';
import { delivery, notificationSignals, streams, type Telling, telling } from '@banyan/notifications';
import { defineService, keyValues } from '@banyan/service';
import { accountActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { careerCopilot } from './career-copilot.ts';
import { fromRows } from './facts.ts';
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
    signals: notificationSignals(),
    telling: telling(careerCopilot),
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
