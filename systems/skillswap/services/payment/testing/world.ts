import { calls, defineService } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { Type } from 'typebox';
import { contracts } from '../../../contracts/payment.ts';
import { type Answer, variablesOf } from '../../../kit/testing/service.ts';
import { startWithGateway } from '../../../kit/testing/world.ts';
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
  const keys = (name: string) => serviceKeysOf(name, ['payment', 'session'], 'of this test');
  const world = await startWithGateway(payment, { ...keys('payment'), ...env });
  const session = await caller.start({
    ...(await variablesOf('session', keys('session'))),
    PAYMENT_URL: world.service.url,
  });
  return {
    ...world,
    operations: session.provided.payment,
    call: (
      as: string,
      method: string,
      path: string,
      body?: unknown,
      { role, key }: { role?: string; key?: string } = {},
    ): Promise<Answer> => {
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      return world.call(as, method, path, body, { headers, ...(role !== undefined && { role }) });
    },
    stop: async () => {
      await session.close();
      await world.stop();
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;
