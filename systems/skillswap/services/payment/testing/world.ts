import { calls, defineService, type RunningService } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { Type } from 'typebox';
import { contracts } from '../../../contracts/payment.ts';
import { startGatewayDouble } from '../../../kit/testing/gateway.ts';
import { type Answer, request, variablesOf } from '../../../kit/testing/service.ts';
import { payment } from '../main.ts';

/** Another service that asks this one for something. */
const caller = defineService({
  name: 'session',
  use: {
    payment: calls(contracts.operations, {
      config: Type.Object({ PAYMENT_URL: Type.String() }),
      urls: ({ PAYMENT_URL }) => ({ payment: PAYMENT_URL }),
      identity: 'service',
    }),
  },
  routes: () => {},
});

/** The service with what is around it: tokens, a bus, and a service that calls it. */
export async function startWorld(env: Record<string, string> = {}) {
  const gateway = await startGatewayDouble();
  const keys = (name: string) => serviceKeysOf(name, ['payment', 'session'], 'of this test');
  const told = await variablesOf('payment', { API_URL: gateway.url, ...keys('payment'), ...env });
  const service = await payment.start(told);
  const session = await caller.start({
    ...(await variablesOf('session', keys('session'))),
    PAYMENT_URL: service.url,
  });
  return {
    service: service as RunningService,
    operations: session.provided.payment,
    call: (
      as: string,
      method: string,
      path: string,
      body?: unknown,
      { role, key }: { role?: string; key?: string } = {},
    ): Promise<Answer> =>
      request(service.url, method, path, {
        token: gateway.token(as, role),
        body,
        ...(key !== undefined && { headers: { 'idempotency-key': key } }),
      }),
    said: async (type: string): Promise<Record<string, unknown>[]> => {
      const { rows } = await service.pool.query(
        `SELECT message -> 'data' AS data FROM banyan_events.outbox WHERE message ->> 'type' = $1 ORDER BY seq`,
        [type],
      );
      return rows.map(({ data }) => data);
    },
    stop: async () => {
      await session.close();
      await service.close();
      gateway.close();
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;
