import type { FastifyInstance } from 'fastify';

const MINUTE_MS = 60_000;

/**
 * Does what nobody asks for, once a minute while the application runs; what fails is logged, and done again a minute later. `ended`
 * is called when it is not done again.
 */
export function everyMinute(
  app: FastifyInstance,
  work: () => Promise<unknown>,
  ended: () => Promise<unknown> | undefined,
): void {
  let underWay: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    underWay ??= work()
      .catch((error: unknown) => app.log.error(error))
      .finally(() => {
        underWay = undefined;
      });
  }, MINUTE_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await underWay;
    await ended();
  });
}
