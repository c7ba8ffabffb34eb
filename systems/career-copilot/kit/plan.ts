import { env, type Plan } from '@banyan/banyan';
import { variableOf } from '@banyan/harness/system';
import { system } from '../system.ts';

type Name = (typeof system.services)[number];
type Place = { url: string; database: string; accepts: string[]; module: string };

/** The ports of services that nobody has placed elsewhere begin here, in the order of the system's list. */
const FIRST_PORT = 8001;

/**
 * Issuers whose tokens every service verifies itself, beside the gateway's (`issuersOf`); all others are exchanged on their way.
 *
 * @public A service without a database of the monolith's says it by itself.
 */
export const ACCEPTED = ['auth', 'oauth'];

/** Where a service is: `CAREER_<SERVICE>_URL`. */
export function urlOf(service: Name): string {
  const port = FIRST_PORT + system.services.indexOf(service);
  return env(variableOf(system, service, 'URL'), `http://127.0.0.1:${port}`);
}

/** Where a service, its database and its code are: `CAREER_<SERVICE>_DATABASE_URL` for the second. */
export function placeOf(service: Name): Place {
  return {
    url: urlOf(service),
    database: env(variableOf(system, service, 'DATABASE_URL')),
    accepts: ACCEPTED,
    module: import.meta.resolve(`../services/${service}/main.ts`),
  };
}

/** The entries of the services by name: all of the system's list, or those that `CAREER_SERVICES` names. */
export async function extractions(): Promise<Plan['services']> {
  const names = env(variableOf(system, 'SERVICES'), system.services.join(',')).split(',');
  const entries = names.map(async (name) => {
    const { default: entry } = await import(`../services/${name}/extraction.ts`);
    return [name, entry];
  });
  return Object.fromEntries(await Promise.all(entries));
}
