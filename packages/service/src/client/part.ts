import type { Static, TObject } from 'typebox';
import type { ServicePart } from '../parts/part.ts';
import { type ClientOptions, type InstanceSource, type ServiceClient, serviceClient } from './client.ts';
import type { Operation } from './operation.ts';

type Operations = Record<string, Operation>;
type Policies<Ops extends Operations> = Pick<
  ClientOptions<Ops>,
  'policy' | 'services' | 'fallback' | 'identity'
>;

export type CallsOptions<Ops extends Operations, C extends TObject> = Policies<Ops> &
  (
    | {
        /** Name of the part that finds instances, listed before this one: `use: { discovery: discovery(), ... }`. */
        discovery: string;
      }
    | {
        /** The variables that say where the services are. */
        config: C;
        /** By service its origin; undefined: not known, so that calls fail. */
        urls: (config: Static<C>) => Record<string, string | undefined>;
      }
  );

/**
 * The part of a service by which it calls others: routes get a typed method for each operation. It is closed with the service, its
 * calls are measured, and `banyan contexts` knows of them.
 *
 * @example
 * use: { accounts: calls(auth.operations, { config: Urls, urls: ({ AUTH_URL }) => ({ auth: AUTH_URL }) }) }
 */
export function calls<const Ops extends Operations, C extends TObject = TObject>(
  operations: Ops,
  options: CallsOptions<Ops, C>,
): ServicePart<ServiceClient<Ops>, C> {
  return {
    ...('config' in options ? { config: options.config } : {}),
    takes: Object.entries(operations).map(([name, { service, method, path }]) => ({
      by: 'call',
      service,
      name,
      route: `${method} ${path}`,
    })),
    async start({ config, provided, tokenFor, metrics }) {
      const { policy, services, fallback, identity } = options;
      const found =
        'discovery' in options
          ? { discovery: sourceIn(provided, options.discovery) }
          : { baseUrls: originsOf(options.urls(config)) };
      const client = serviceClient(operations, {
        ...found,
        policy,
        services,
        fallback,
        identity,
        token: tokenFor,
        metrics,
      });
      return { provided: client, close: async () => await client[Symbol.asyncDispose]() };
    },
  };
}

function sourceIn(provided: Readonly<Record<string, unknown>>, name: string): InstanceSource {
  const source = provided[name] as InstanceSource | undefined;
  if (typeof source?.resolve === 'function') return source;
  throw new TypeError(
    `calls() asks the part '${name}' where services are: list discovery() under that name before it`,
  );
}

function originsOf(urls: Record<string, string | undefined>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(urls).map(([service, url]) => [service, url === undefined ? [] : [url]]),
  );
}
