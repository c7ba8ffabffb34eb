import { type KeyValueStore, type ServiceApp, spellRoutes } from '@banyan/service';
import type pg from 'pg';
import { campaignRoutes } from './campaigns/routes.ts';
import { deliveryRoutes } from './delivery/routes.ts';
import type { Telling } from './delivery/telling.ts';
import { feedRoutes } from './feed/routes.ts';
import type { Streams } from './feed/streams.ts';
import { preferenceRoutes } from './preferences/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import type { RoutesHost } from './routes-host.ts';
import type { Says } from './says.ts';
import { type NotificationSystem, spellingOf } from './system.ts';
import { templateRoutes } from './templates/routes.ts';
import { trialRoutes } from './trials/routes.ts';
import { unsubscribeRoutes } from './unsubscribe/routes.ts';
import { deviceRoutes } from './ways/device-routes.ts';
import { wayRoutes } from './ways/routes.ts';

/** All that `route-list.ts` names. `app` has the prefix of the API (`paths.api`), and answers errors as the system does. */
export async function notificationRoutes(
  app: ServiceApp,
  system: NotificationSystem,
  given: { pool: pg.Pool; events: Says; telling: Telling; streams: Streams; limits: KeyValueStore },
): Promise<void> {
  const { pool, events: says } = given;
  const host: RoutesHost = { ...given, system, says, access: system.access(pool), own: system.paths.own };
  await app.register(async (spelled: ServiceApp) => {
    spellRoutes(spelled, spellingOf(system));
    preferenceRoutes(spelled, host);
    feedRoutes(spelled, host);
    deliveryRoutes(spelled, host);
    wayRoutes(spelled, host);
    if (system.devices) deviceRoutes(spelled, host);
    templateRoutes(spelled, host);
    trialRoutes(spelled, host);
    campaignRoutes(spelled, host);
  });
  await app.register((scope) => unsubscribeRoutes(scope, host));
  await app.register((scope) => reportRoutes(scope, host));
}
