import type { FastifyInstance } from 'fastify';

const MINUTE_MS = 60_000;

/** Does what nobody asks for, once a minute while the application runs; what fails is logged, and done again a minute later. */
export function everyMinute(app: FastifyInstance, work: () => Promise<unknown>): void {
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
  });
}
