import { forget as forgetConnections } from '@banyan/connections';
import type { EventingDefinition } from '@banyan/events';
import { hearOfActivity } from '../../kit/account-activity.ts';
import { followApplications, followCreated, followMoved } from './calendar/follow.ts';
import { forget as forgetCalendars } from './calendar/store.ts';
import { forget as forgetSources } from './incoming/sources.ts';
import { forget as forgetMail } from './mail/store.ts';
import type { contracts } from './messages.ts';
import { feed } from './webhooks/feed.ts';
import { forget as forgetWebhooks } from './webhooks/queue.ts';

export const hears: EventingDefinition<typeof contracts> = {
  on: {
    ...hearOfActivity,
    ...followApplications,
    UserDeleted: async (deleted, context) => {
      await hearOfActivity.UserDeleted(deleted, context);
      for (const forget of [forgetWebhooks, forgetSources, forgetCalendars, forgetConnections, forgetMail])
        await forget(context.tx, deleted.data.userId);
    },
  },
  onBatch: {
    ...feed,
    ApplicationCreated: async (messages, context) => {
      await feed.ApplicationCreated(messages, context);
      await followCreated(messages, context);
    },
    ApplicationStatusChanged: async (messages, context) => {
      await feed.ApplicationStatusChanged(messages, context);
      await followMoved(messages, context);
    },
  },
};
