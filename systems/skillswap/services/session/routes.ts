import { calendarRoutes as accountCalendarRoutes, type Calendars } from '@banyan/calendars';
import { type Connections, connectionRoutes } from '@banyan/connections';
import type { Events } from '@banyan/events';
import { personalDataRoutes, type ServiceApp, type ServiceContext } from '@banyan/service';
import { API } from '../../api/common.ts';
import { ASKER } from '../../contracts/personal-data.ts';
import type { contracts } from '../../contracts/session.ts';
import { accessIn } from '../../kit/access.ts';
import { ofAdminIn, ofUserIn } from '../../kit/of-user.ts';
import { answerAsMonolith } from '../../kit/problem-answers.ts';
import { availabilityRoutes } from './availability/routes.ts';
import { bookingRoutes } from './booking/routes.ts';
import { calendarRoutes } from './calendar/routes.ts';
import { ofSessions } from './calendar/system.ts';
import type { SessionCreditsPart } from './credits/part.ts';
import { disputeRoutes } from './disputes/routes.ts';
import { cancelOpen, hasOpenSessions, personalTables } from './personal-data.ts';
import type { Recordings } from './recordings/part.ts';
import { recordingRoutes } from './recordings/routes.ts';
import { eraseOf } from './recordings/store.ts';
import { roomRoutes } from './rooms/routes.ts';
import type { VideoRooms } from './rooms/video.ts';
import { sessionRoutes } from './sessions/routes.ts';

type Given = {
  events: Events<typeof contracts>;
  settling: SessionCreditsPart;
  meeting: VideoRooms | undefined;
  connections: Connections;
  calendar: Calendars;
  recordings: Recordings;
};

export function routesBy(clock: () => number) {
  return async (app: ServiceApp, context: ServiceContext<unknown, Given>): Promise<void> => {
    const { pool, events, settling, recordings, connections, calendar, meeting: rooms } = context;
    const ofPeople = { ofUser: ofUserIn(pool), ofAdmin: ofAdminIn(pool) };
    const access = accessIn(pool, 'people');
    const host = { pool, events, clock, rooms, recordings, ...settling, ...ofPeople };
    await app.register(
      async (scope: ServiceApp) => {
        answerAsMonolith(scope);
        availabilityRoutes(scope, host);
        bookingRoutes(scope, host);
        sessionRoutes(scope, host);
        disputeRoutes(scope, host);
        roomRoutes(scope, host);
        recordingRoutes(scope, host);
        calendarRoutes(scope, host);
        await scope.register(
          async (elsewhere: ServiceApp) => {
            const { spelling } = ofSessions;
            await connectionRoutes(elsewhere, { pool, connections, access, spelling });
            await accountCalendarRoutes(elsewhere, { pool, accounts: calendar, access, system: ofSessions });
          },
          { prefix: '/integrations' },
        );
      },
      { prefix: API },
    );
    personalDataRoutes(app, {
      ...{ pool, stated: personalTables, asker: ASKER },
      isInUse: (person) => hasOpenSessions(pool, person),
      before: async (person) => {
        const open = await cancelOpen({ pool, events, wake: settling.wake }, person, clock());
        const recorded = await eraseOf(pool, person);
        if (recorded > 0) recordings.wake();
        return { ...open, ...(recorded > 0 && { recordings: recorded }) };
      },
    });
  };
}
