import type { TestServer } from '@banyan/postgres/testing';
import type { RunningService } from '@banyan/service';
import { system } from '../../system.ts';
import { type ServiceName, serviceIn } from '../service-modules.ts';
import { OF_TESTS } from './variables.ts';

export type Services = Record<ServiceName, RunningService>;

/** Every service of the system, in its order, each with a database of its own and told what the harness would tell it. */
export async function startServices(
  server: TestServer,
  { gatewayUrl, env = {} }: { gatewayUrl: string; env?: Record<string, string> },
): Promise<{ services: Services; databases: Record<ServiceName, string>; stop(): Promise<void> }> {
  const BUS_URL = env.BUS_URL ?? (await server.database('bus'));
  const services: Partial<Services> = {};
  const databases: Partial<Record<ServiceName, string>> = {};
  const urls: Record<string, string> = {};
  const stop = async () => {
    await Promise.all(Object.values(services).map((one) => one.close()));
  };
  try {
    for (const name of system.services) {
      const DATABASE_URL = await server.database(name);
      const told = system.environment({ process: name, secret: '', gatewayUrl, urls });
      const service = await serviceIn(name);
      services[name] = await service.start({ ...told, ...OF_TESTS, ...env, BUS_URL, DATABASE_URL });
      databases[name] = DATABASE_URL;
      urls[name] = services[name].url;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { services: services as Services, databases: databases as Record<ServiceName, string>, stop };
}
