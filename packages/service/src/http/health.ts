import { within } from '../within.ts';
import type { ServiceApp } from './types.ts';

/** Things that a service needs, by name; each rejects while it is not there. */
export type Checks = Record<string, () => Promise<unknown>>;

export type Health = {
  /** From now on not ready, so that no new requests are sent here; alive all the same. */
  drain(): void;
};

/**
 * /health/live: the process answers. /health/ready: every dependency was asked just now and answered within `timeoutMs`; the answer
 * names those that did not. It is 503 if the service cannot work without one of them (`checks`), and 200 with the status `degraded` if it
 * can, but not do all that it does (`partial`): to send its requests elsewhere would not help.
 */
export function addHealth(
  app: ServiceApp,
  checks: Checks,
  { partial = {}, timeoutMs = 2000 }: { partial?: Checks; timeoutMs?: number } = {},
): Health {
  let draining = false;
  app.get('/health/live', KIT_ROUTE, async () => ({ status: 'alive' }));
  app.get('/health/ready', KIT_ROUTE, async (request, reply) => {
    if (draining) return await reply.code(503).send({ status: 'draining' });
    const [failed, missed] = await Promise.all([checks, partial].map((each) => failedOf(each, timeoutMs)));
    const all = [...failed!, ...missed!];
    if (all.length === 0) return { status: 'ready' };
    for (const [dependency, err] of all) request.log.warn({ err, dependency }, 'not there');
    const isReady = failed!.length === 0;
    const status = isReady ? 'degraded' : 'unready';
    return await reply.code(isReady ? 200 : 503).send({ status, failed: all.map(([name]) => name) });
  });
  return {
    drain: () => {
      draining = true;
    },
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route of the kit itself: not traced, never refused for overload, open to everybody who can reach the port. */
    kit?: boolean;
  }
}

export const KIT_ROUTE = { schema: { hide: true }, config: { kit: true } };

async function failedOf(checks: Checks, timeoutMs: number): Promise<[name: string, error: unknown][]> {
  const asked = Object.entries(checks).map(async ([name, check]): Promise<[string, unknown][]> => {
    try {
      await within(timeoutMs, check());
      return [];
    } catch (error) {
      return [[name, error]];
    }
  });
  return (await Promise.all(asked)).flat();
}
