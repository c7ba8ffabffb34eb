import { randomBytes } from 'node:crypto';
import { calls, defineService, type RunningService } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { Type } from 'typebox';
import { contracts } from '../../../contracts/notifications.ts';
import { variablesOf } from '../../../kit/testing/variables.ts';

const SECRET = randomBytes(16).toString('hex');

/** What the service is told in a test, on a database of its own. */
export async function variables(more: Record<string, string> = {}): Promise<Record<string, string>> {
  const keys = serviceKeysOf('notifications', ['auth', 'notifications'], SECRET);
  return await variablesOf('notifications', { ...keys, ...more });
}

const Url = Type.Object({ NOTIFICATIONS_URL: Type.String() });

/** Another service, as far as it asks this one. */
const asking = defineService({
  name: 'auth',
  use: {
    mails: calls(contracts.operations, {
      config: Url,
      urls: ({ NOTIFICATIONS_URL }) => ({ notifications: NOTIFICATIONS_URL }),
    }),
  },
  routes: () => {},
});

export async function startAsking({ url }: RunningService, env: Record<string, string>) {
  return await asking.start({
    DATABASE_URL: env.DATABASE_URL,
    LOG_LEVEL: 'silent',
    NOTIFICATIONS_URL: url,
    ...serviceKeysOf('auth', ['auth', 'notifications'], SECRET),
  });
}
