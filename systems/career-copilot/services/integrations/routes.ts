import type { Events } from '@banyan/events';
import type { Encryption, ServiceApp, ServiceContext } from '@banyan/service';
import { API } from '../../api/common.ts';
import { readRoute } from '../../kit/resumes/read-route.ts';
import type { Skills } from '../../kit/skills/skills.ts';
import type { Calendars } from './calendar/part.ts';
import { calendarRoutes } from './calendar/routes.ts';
import type { Connections } from './connections/part.ts';
import { connectionRoutes } from './connections/routes.ts';
import { incomingRoutes } from './incoming/routes.ts';
import type { PublicApi } from './mail/applications.ts';
import { type MailSettings, mailRoutes } from './mail/routes.ts';
import type { contracts } from './messages.ts';
import { ofUserIn } from './of-user.ts';
import type { Webhooks } from './webhooks/part.ts';
import { webhookRoutes } from './webhooks/routes.ts';

type Parts = {
  encryption: Encryption;
  events: Events<typeof contracts>;
  webhooks: Webhooks;
  connections: Connections;
  calendar: Calendars;
  mail: MailSettings;
  api: PublicApi;
  skills: Skills;
};

export async function routes(app: ServiceApp, context: ServiceContext<unknown, Parts>): Promise<void> {
  const { pool, encryption, events, webhooks, connections, calendar, mail, api, skills } = context;
  const ofUser = ofUserIn(pool);
  await app.register(
    async (scope: ServiceApp) => {
      webhookRoutes(scope, { pool, encryption, webhooks, ofUser });
      await incomingRoutes(scope, { pool, encryption, events, ofUser });
      connectionRoutes(scope, { pool, connections, ofUser });
      calendarRoutes(scope, { pool, accounts: calendar, ofUser });
      await mailRoutes(scope, { pool, events, api, mail, ofUser });
      // It is there before users has left the monolith; what its owner confirms goes into the profile by PUT /users/me.
      await scope.register(async (files: ServiceApp) => readRoute(files, '/resume', { ofUser, skills }));
    },
    { prefix: `${API}/integrations` },
  );
}
