import type { Events } from '@banyan/events';
import { personalDataRoutes, type ServiceApp, type ServiceContext } from '@banyan/service';
import { API } from '../../api/common.ts';
import { ASKER } from '../../contracts/personal-data.ts';
import type { contracts } from '../../contracts/session.ts';
import { ofAdminIn, ofUserIn } from '../../kit/of-user.ts';
import { answerAsMonolith } from '../../kit/problem-answers.ts';
import { availabilityRoutes } from './availability/routes.ts';
import { bookingRoutes } from './booking/routes.ts';
import { calendarRoutes } from './calendar/routes.ts';
import type { SessionCreditsPart } from './credits/part.ts';
import { disputeRoutes } from './disputes/routes.ts';
import { cancelOpen, hasOpenSessions, personalTables } from './personal-data.ts';
import { roomRoutes } from './rooms/routes.ts';
import type { VideoRooms } from './rooms/video.ts';
import { sessionRoutes } from './sessions/routes.ts';

type Given = {
  events: Events<typeof contracts>;
  settling: SessionCreditsPart;
  meeting: VideoRooms | undefined;
};

export function routesBy(clock: () => number) {
  return async (app: ServiceApp, context: ServiceContext<unknown, Given>): Promise<void> => {
    const { pool, events, settling, meeting: rooms } = context;
    const ofPeople = { ofUser: ofUserIn(pool), ofAdmin: ofAdminIn(pool) };
    const host = { pool, events, clock, rooms, ...settling, ...ofPeople };
    await app.register(
      async (scope: ServiceApp) => {
        answerAsMonolith(scope);
        availabilityRoutes(scope, host);
        bookingRoutes(scope, host);
        sessionRoutes(scope, host);
        disputeRoutes(scope, host);
        roomRoutes(scope, host);
        calendarRoutes(scope, host);
      },
      { prefix: API },
    );
    personalDataRoutes(app, {
      ...{ pool, stated: personalTables, asker: ASKER },
      isInUse: (person) => hasOpenSessions(pool, person),
      before: (person) => cancelOpen({ pool, events, wake: settling.wake }, person, clock()),
    });
  };
}
