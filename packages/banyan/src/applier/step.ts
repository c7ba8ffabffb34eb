import type { Logger } from 'pino';
import { drainForStep, type Step } from './drain.ts';
import type { ServiceWorker } from './service-worker.ts';

/**
 * What the losing side of each service had committed is on the other side when this resolves, and both links of each hold until its
 * fence is decided. If it rejects, all go on as before.
 */
export async function holdForStep(
  held: readonly { id: string; worker: ServiceWorker }[],
  step: Step,
  log: Pick<Logger, 'info'>,
): Promise<void> {
  const { fromShare, toShare, timeoutMs } = step;
  const services = held.map(({ worker }) => worker.service.name);
  const links = await Promise.all(held.map(({ worker }) => worker.forStep(step)));
  try {
    const took = await drainForStep({ services: links, fromShare, timeoutMs });
    log.info({ services, fromShare, toShare, ...took }, 'drained for a step');
  } catch (error) {
    for (const { worker } of held) worker.release(fromShare);
    throw error;
  }
  for (const { id, worker } of held) void worker.releaseWhenDecided({ id, fromShare, toShare });
}
