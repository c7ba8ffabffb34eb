import type { Encryption, ServiceApp, ServiceContext } from '@banyan/service';
import { API } from '../../api/common.ts';
import { activeUser } from '../../kit/active-user.ts';
import type { Webhooks } from './webhooks/part.ts';
import { webhookRoutes } from './webhooks/routes.ts';

export async function routes(
  app: ServiceApp,
  { pool, encryption, webhooks }: ServiceContext<unknown, { encryption: Encryption; webhooks: Webhooks }>,
): Promise<void> {
  const ofUser = activeUser(pool, { byEventsAlone: true });
  await app.register(
    async (scope: ServiceApp) => {
      webhookRoutes(scope, { pool, encryption, webhooks, ofUser });
    },
    { prefix: `${API}/integrations` },
  );
}
