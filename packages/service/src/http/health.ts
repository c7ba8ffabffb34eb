import type { ServiceApp } from './types.ts';

/** Things that a service cannot work without, by name; each rejects while it is not there. */
export type Checks = Record<string, () => Promise<unknown>>;

export type Health = {
  /** From now on not ready, so that no new requests are sent here; alive all the same. */
  drain(): void;
};

/**
 * /health/live: the process answers. /health/ready: every dependency was asked just now and answered within
 * `timeoutMs`; the answer names those that did not.
 */
export function addHealth(
  app: ServiceApp,
  checks: Checks,
  { timeoutMs = 2000 }: { timeoutMs?: number } = {},
): Health {
  let draining = false;
  app.get('/health/live', KIT_ROUTE, async () => ({ status: 'alive' }));
  app.get('/health/ready', KIT_ROUTE, async (request, reply) => {
    if (draining) return await reply.code(503).send({ status: 'draining' });
    const failed = await failedOf(checks, timeoutMs);
    if (failed.length === 0) return { status: 'ready' };
    for (const [dependency, err] of failed) request.log.warn({ err, dependency }, 'not ready');
    return await reply.code(503).send({ status: 'unready', failed: failed.map(([name]) => name) });
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

async function within(timeoutMs: number, asked: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  await Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
