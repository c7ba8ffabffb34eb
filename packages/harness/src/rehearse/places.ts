import { StartError } from '@banyan/banyan/operate';
import { databasesOf, type ResolvedPlan } from '@banyan/plan';

/** Something that a rehearsal writes into: its path in the plan, and the words in which somebody vouches for it. */
export type Place = { where: string; name: string };

const POSTGRES_PORT = '5432';

/**
 * Every database that the plan names as `host:port/name`, and every instance as `host:port`. Instances that the rehearsal starts
 * itself need nobody's word.
 */
export function placesOf(plan: ResolvedPlan, { startsInstances }: { startsInstances: boolean }): Place[] {
  const sides = startsInstances
    ? []
    : [
        { where: 'monolith.url', origins: plan.monolith.origins },
        ...Object.values(plan.services).map(({ name, origins }) => ({
          where: `services.${name}.url`,
          origins,
        })),
      ];
  return [
    ...sides.flatMap(({ where, origins }) => origins.map((url) => ({ where, name: instanceName(url) }))),
    ...databasesOf(plan).map(([where, url]) => ({ where, name: databaseName(url) })),
  ];
}

/**
 * Nothing tells a copy from the real thing by looking at it, so somebody has to say it of each place by name.
 *
 * @throws StartError that names the places of which nobody has said it
 */
export function demandCopies(places: readonly Place[], said: readonly string[]): void {
  const copies = new Set(said.map((name) => name.trim().toLowerCase()));
  const silent = places.filter(({ name }) => !copies.has(name));
  if (silent.length === 0) return;
  const every = [...new Set(places.map(({ name }) => name))].join(',');
  throw new StartError(
    `nobody has said that these are copies: ${silent.map(({ where, name }) => `${where} (${name})`).join(', ')}`,
    `a rehearsal writes into each of them and moves users about; look at every one, and if none is used by anybody: --copy ${every}`,
  );
}

/** The variables of the shell decide what a plan names: this is what came of them, without user and password. */
function databaseName(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = hostname || searchParams.get('host') || 'localhost';
  const database = decodeURIComponent(pathname.slice(1)) || (searchParams.get('dbname') ?? '');
  return `${host}:${port || (searchParams.get('port') ?? POSTGRES_PORT)}/${database}`.toLowerCase();
}

function instanceName(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`.toLowerCase();
}
