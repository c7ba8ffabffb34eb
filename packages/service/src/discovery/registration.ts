import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Discovery, Instance } from './discovery.ts';

export type Registration = {
  /** Ends it: seen by others at once. */
  leave(): Promise<void>;
};

/**
 * Registers an instance and renews its lease three times as often as needed, until `leave`. While the registry is away it
 * goes on trying; a registry that has forgotten the instance is told again. Rejects if it cannot be registered at first.
 */
export async function keepRegistered(
  discovery: Pick<Discovery, 'register' | 'renew' | 'deregister'>,
  instance: Instance,
  { leaseMs, log }: { leaseMs: number; log?: Pick<FastifyBaseLogger, 'warn'> },
): Promise<Registration> {
  await discovery.register(instance, leaseMs);
  const left = new AbortController();
  const renewing = renew();
  return {
    async leave() {
      if (left.signal.aborted) return;
      left.abort();
      await renewing;
      await discovery.deregister(instance);
    },
  };

  async function renew(): Promise<void> {
    for (;;) {
      await delay(leaseMs / 3, undefined, { signal: left.signal }).catch(() => {});
      if (left.signal.aborted) return;
      try {
        if (!(await discovery.renew(instance, leaseMs))) await discovery.register(instance, leaseMs);
      } catch (error) {
        log?.warn({ err: error }, 'the lease could not be renewed, trying again');
      }
    }
  }
}
