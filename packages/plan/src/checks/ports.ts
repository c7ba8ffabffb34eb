import { type PlanProblem, problem } from '../problem.ts';
import type { SoundPlan } from './sound-parts.ts';

type Listener = { path: string; what: string; host: string; port: number };

/** Whoever listens needs a port of its own, and no upstream may be one of those that Banyan itself listens on. */
export function checkPorts(plan: SoundPlan): PlanProblem[] {
  const listeners = listenersOf(plan);
  return [...shared(listeners), ...loops(plan, listeners)];
}

function listenersOf({ gateway, control }: SoundPlan): Listener[] {
  const local = '127.0.0.1';
  return [
    { path: 'gateway.port', what: 'the gateway', host: gateway.host ?? local, port: gateway.port ?? 8080 },
    {
      path: 'gateway.adminPort',
      what: "the gateway's metrics",
      host: local,
      port: gateway.adminPort ?? 7071,
    },
    {
      path: 'control.port',
      what: 'the control plane',
      host: control.host ?? local,
      port: control.port ?? 7070,
    },
  ];
}

function shared(listeners: readonly Listener[]): PlanProblem[] {
  return listeners.flatMap((listener, index) => {
    const first = listeners
      .slice(0, index)
      .find(({ host, port }) => port === listener.port && overlap(host, listener.host));
    if (!first || listener.port === 0) return [];
    return [
      problem(
        listener.path,
        listener.port,
        `is the port of ${first.what} too (${first.path})`,
        'give each a port of its own; the defaults are 8080, 7071 and 7070',
      ),
    ];
  });
}

function loops({ monolith, services }: SoundPlan, listeners: readonly Listener[]): PlanProblem[] {
  const upstreams = [
    { path: 'monolith.url', urls: [monolith.url ?? []].flat() },
    ...services.map(({ path, urls }) => ({ path: `${path}.url`, urls })),
  ];
  return upstreams.flatMap(({ path, urls }) =>
    urls.flatMap((url) => {
      if (!URL.canParse(url)) {
        return [
          problem(
            path,
            url,
            'is no URL',
            "name an origin with a port up to 65535, e.g. 'http://127.0.0.1:8000'",
          ),
        ];
      }
      const { hostname, port, protocol } = new URL(url);
      const asked = Number(port || (protocol === 'https:' ? 443 : 80));
      const own = listeners.find((each) => each.port === asked && overlap(each.host, hostname));
      if (!own) return [];
      return [
        problem(
          path,
          url,
          `is where ${own.what} itself listens (${own.path})`,
          'name the address of the upstream itself',
        ),
      ];
    }),
  );
}

/** Whether two who listen there would be in each other's way; other names are left to the start to find out. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [normal(one), normal(other)];
  return a === b || a === 'any' || b === 'any';
}

function normal(host: string): string {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (['0.0.0.0', '::'].includes(name)) return 'any';
  return ['localhost', '::1'].includes(name) ? '127.0.0.1' : name;
}
