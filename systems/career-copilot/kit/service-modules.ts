import type { Service } from '@banyan/service';
import type { system } from '../system.ts';

export type ServiceName = (typeof system.services)[number];

/** What the main.ts of a service exports; nothing is started. */
export async function serviceIn(name: ServiceName): Promise<Service> {
  const main = (await import(`../services/${name}/main.ts`)) as Record<string, Service>;
  const service = Object.values(main).find((each) => each.name === name);
  if (!service) throw new Error(`services/${name}/main.ts exports no service of this name`);
  return service;
}
