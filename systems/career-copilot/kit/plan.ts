import { env, type Plan } from '@banyan/banyan';
import { system } from '../system.ts';

type Name = (typeof system.services)[number];
type Place = { url: string; database: string };

/** The ports of services that nobody has placed elsewhere begin here, in the order of the system's list. */
const FIRST_PORT = 8001;

/** Where a service and its database are: `CAREER_<SERVICE>_URL` and `CAREER_<SERVICE>_DATABASE_URL`. */
export function placeOf(service: Name): Place {
  const name = `${system.prefix}_${service.toUpperCase().replaceAll('-', '_')}`;
  return {
    url: env(`${name}_URL`, `http://127.0.0.1:${FIRST_PORT + system.services.indexOf(service)}`),
    database: env(`${name}_DATABASE_URL`),
  };
}

/** The entries of the services by name: all of the system's list, or those that `CAREER_SERVICES` names. */
export async function extractions(): Promise<Plan['services']> {
  const names = env(`${system.prefix}_SERVICES`, system.services.join(',')).split(',');
  const entries = names.map(async (name) => {
    const { default: entry } = await import(`../services/${name}/extraction.ts`);
    return [name, entry];
  });
  return Object.fromEntries(await Promise.all(entries));
}
