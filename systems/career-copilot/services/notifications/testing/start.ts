import { randomBytes } from 'node:crypto';
import { testServer } from '@banyan/postgres/testing';
import { calls, defineService, type RunningService } from '@banyan/service';
import { Type } from 'typebox';
import { contracts } from '../../../contracts/notifications.ts';
import { serviceKeysOf } from '../../../kit/service-keys.ts';

const SECRET = randomBytes(16).toString('hex');

/** What the service is told in a test, on a database of its own. */
export async function variables(more: Record<string, string> = {}): Promise<Record<string, string>> {
  const server = await testServer();
  return {
    DATABASE_URL: await server.database('notifications'),
    BUS_URL: await server.database('bus'),
    ENCRYPTION_KEYS: randomBytes(32).toString('base64url'),
    LOG_LEVEL: 'silent',
    ...serviceKeysOf('notifications', ['auth', 'notifications'], SECRET),
    ...more,
  };
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

/** Events of a type that the service has said. */
export async function said(service: RunningService, type: string): Promise<Record<string, unknown>[]> {
  const { rows } = await service.pool.query(
    `SELECT message -> 'data' AS data FROM banyan_events.outbox WHERE message ->> 'type' = $1 ORDER BY seq`,
    [type],
  );
  return rows.map(({ data }) => data);
}
