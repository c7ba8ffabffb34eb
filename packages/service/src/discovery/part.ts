import { Type } from 'typebox';
import type { ServicePart } from '../parts/part.ts';
import { registryAt } from './address.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import { keepRegistered, type Registration } from './registration.ts';

const DiscoveryConfig = Type.Object({
  /** Where instances are written down: `postgres://…`, `consul://host:port` or `dns:<domain>`. */
  DISCOVERY_URL: Type.String({ minLength: 1, secret: true }),
  /** Where others reach this process, if that is not where it listens. */
  ADVERTISE_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
  /** A killed process is found no longer than so many seconds. */
  LEASE_SECONDS: Type.Number({ minimum: 1, maximum: 3_600, default: 10 }),
  CONSUL_HTTP_TOKEN: Type.Optional(Type.String({ minLength: 1, secret: true })),
});

/**
 * Discovery as a part of a service: `use: { discovery: discovery() }`. The service is found from when it listens until it is
 * told to stop, or `LEASE_SECONDS` after it was killed. Routes get the `Discovery`, for `serviceClient`.
 */
export function discovery(): ServicePart<Discovery, typeof DiscoveryConfig> {
  return {
    config: DiscoveryConfig,
    async start({ service, instance, config, log }) {
      const { DISCOVERY_URL, ADVERTISE_URL, LEASE_SECONDS, CONSUL_HTTP_TOKEN: consulToken } = config;
      const provided = createDiscovery(registryAt(DISCOVERY_URL, { consulToken }), { log });
      let registration: Registration | undefined;
      return {
        provided,
        async open({ url }) {
          const self = { id: instance, service, url: ADVERTISE_URL ?? url };
          registration = await keepRegistered(provided, self, { leaseMs: LEASE_SECONDS * 1_000, log });
        },
        drain: async () => await registration?.leave(),
        async close() {
          await registration?.leave();
          await provided.close();
        },
      };
    },
  };
}
