import type { ServiceApp, ServiceContext } from '@banyan/service';
import { API } from '../../api/common.ts';
import type { Ledger } from './commands.ts';
import type { Documents } from './documents/part.ts';
import { legacyRoutes } from './legacy-routes.ts';
import type { SubmissionSagas } from './submission/submit.ts';
import { trackingRoutes } from './tracking/routes.ts';

export async function routes(
  app: ServiceApp,
  context: ServiceContext<unknown, { documents: Documents; events: Ledger & { sagas: SubmissionSagas } }>,
): Promise<void> {
  await app.register(async (legacy: ServiceApp) => legacyRoutes(legacy, context), { prefix: API });
  await trackingRoutes(app, context);
}
