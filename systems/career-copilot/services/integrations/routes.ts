import { type Calendars, calendarRoutes } from '@banyan/calendars';
import { type Connections, connectionRoutes } from '@banyan/connections';
import type { Events } from '@banyan/events';
import type { Encryption, MayConnect, ServiceApp, ServiceContext } from '@banyan/service';
import { API } from '../../api/common.ts';
import { callerOf } from '../../kit/active-user.ts';
import { readRoute } from '../../kit/resumes/read-route.ts';
import type { Skills } from '../../kit/skills/skills.ts';
import { interviewRoutes } from './calendar/routes.ts';
import { ofInterviews } from './calendar/system.ts';
import { incomingRoutes } from './incoming/routes.ts';
import type { PublicApi } from './mail/applications.ts';
import { type MailSettings, mailRoutes } from './mail/routes.ts';
import type { contracts } from './messages.ts';
import { ofUserIn } from './of-user.ts';
import { webhookRoutes } from './webhooks/routes.ts';

type Parts = {
  encryption: Encryption;
  events: Events<typeof contracts>;
  networks: MayConnect;
  connections: Connections;
  calendar: Calendars;
  mail: MailSettings;
  api: PublicApi;
  skills: Skills;
};

export async function routes(app: ServiceApp, context: ServiceContext<unknown, Parts>): Promise<void> {
  const { pool, encryption, events, networks, connections, calendar, mail, api, skills } = context;
  const ofUser = ofUserIn(pool);
  const access = { callerOf, signedIn: ofUser };
  await app.register(
    async (scope: ServiceApp) => {
      webhookRoutes(scope, { pool, encryption, networks, ofUser });
      await incomingRoutes(scope, { pool, encryption, events, ofUser });
      await connectionRoutes(scope, { pool, connections, access });
      await calendarRoutes(scope, { pool, accounts: calendar, access, system: ofInterviews });
      interviewRoutes(scope, { pool, ofUser });
      await mailRoutes(scope, { pool, events, api, mail, ofUser });
      // It is there before users has left the monolith; what its owner confirms goes into the profile by PUT /users/me.
      await scope.register(async (files: ServiceApp) => readRoute(files, '/resume', { ofUser, skills }));
    },
    { prefix: `${API}/integrations` },
  );
}
