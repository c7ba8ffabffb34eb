import type { Plan } from '@banyan/banyan';

type Services = Plan['services'];

/** Of whose writes the monolith tells people by rows of `notifications`, as long as it answers. */
const TELLING: Readonly<Record<string, string>> = { session: 'sessions', payment: 'transactions' };

/** Whoever is told of what sessions and credits come to finds it with the answer, on whatever side notifications are. */
export function toldByRows(services: Services): Services {
  if (!services.notification) return services;
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const tells = ({ writes = [] }: (typeof service.routes)[number]) =>
        writes.includes(TELLING[name] ?? '');
      const routes = service.routes.map((each) =>
        tells(each) ? { ...each, writes: [...each.writes!, 'notifications'] } : each,
      );
      return [name, { ...service, routes }];
    }),
  );
}
