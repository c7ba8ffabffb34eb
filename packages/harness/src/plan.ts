import { env, type Plan } from '@banyan/banyan';
import { type System, variableOf } from './system.ts';

/** What a plan says of where a service of the system is. */
export type Place = { url: string; database: string; accepts: string[]; module: string };

export type Places<Name extends string> = {
  /** Where a service is: `<PREFIX>_<SERVICE>_URL`. */
  urlOf(service: Name): string;
  /** Where a service, its database and its code are: `<PREFIX>_<SERVICE>_DATABASE_URL` for the second. */
  placeOf(service: Name): Place;
  /** The entries of the services by name: all of the system's list, or those that `<PREFIX>_SERVICES` names. */
  extractions(): Promise<Plan['services']>;
};

/** The ports of services that nobody has placed elsewhere begin here, in the order of the system's list. */
const FIRST_PORT = 8001;

/**
 * Where the services of a system are, by the variables of its plan.
 *
 * @param accepts Issuers whose tokens every service verifies itself, beside the gateway's; all others are exchanged on their way.
 */
export function placesOf<S extends Pick<System, 'prefix' | 'services' | 'folder'>>(
  system: S,
  { accepts }: { accepts: string[] },
): Places<S['services'][number]> {
  const urlOf = (service: string) => {
    const port = FIRST_PORT + system.services.indexOf(service);
    return env(variableOf(system, service, 'URL'), `http://127.0.0.1:${port}`);
  };
  const fileOf = (service: string, file: string) =>
    new URL(`services/${service}/${file}`, system.folder).href;
  return {
    urlOf,
    placeOf: (service) => ({
      url: urlOf(service),
      database: env(variableOf(system, service, 'DATABASE_URL')),
      accepts,
      module: fileOf(service, 'main.ts'),
    }),
    extractions: async () => {
      const names = env(variableOf(system, 'SERVICES'), system.services.join(',')).split(',');
      const entries = names.map(async (name) => {
        const { default: entry } = await import(fileOf(name, 'extraction.ts'));
        return [name, entry];
      });
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

/** What the plans of all systems say alike, by the variables that whoever runs a system sets. */
export type Ground = Pick<Plan, 'name' | 'monolith' | 'control'> & {
  gateway: Required<Pick<Plan['gateway'], 'port' | 'adminPort' | 'workers' | 'signing' | 'issuers'>> &
    Pick<Plan['gateway'], 'trustedHops'>;
  rollout: NonNullable<Plan['rollout']>;
};

/**
 * Name, monolith, control plane, the gateway's ports, whose tokens are exchanged, and the pace of a rollout. A monolith knows HS256 and its own secret only, and services
 * know nothing of it: tokens are exchanged on their way, to the one and to the others.
 *
 * @param legacyIssuer In whose name the monolith signs.
 */
export function groundOf(
  system: Pick<System, 'name' | 'prefix'> & { gatewayIssuer: string },
  { legacyIssuer }: { legacyIssuer: string },
): Ground {
  const told = (name: string, otherwise?: string) => env(variableOf(system, name), otherwise);
  const hops = process.env[variableOf(system, 'TRUSTED_HOPS')];
  const number = (name: string, otherwise: number) => Number(told(name, String(otherwise)));
  return {
    name: system.name,
    monolith: {
      url: told('MONOLITH_URL', 'http://127.0.0.1:8000'),
      database: told('MONOLITH_DATABASE_URL'),
      signAs: 'monolith',
    },
    control: {
      database: env('BANYAN_DATABASE_URL'),
      port: Number(env('BANYAN_CONTROL_PORT', '7070')),
      token: process.env.BANYAN_CONTROL_TOKEN,
    },
    gateway: {
      port: number('GATEWAY_PORT', 8080),
      adminPort: number('GATEWAY_ADMIN_PORT', 7071),
      workers: number('GATEWAY_WORKERS', 2),
      signing: { issuer: system.gatewayIssuer, privateKey: told('GATEWAY_KEY') },
      issuers: [{ name: 'monolith', issuer: legacyIssuer, algorithm: 'HS256', secret: told('JWT_SECRET') }],
      // How addresses are known is for whoever runs it to say: nobody is limited by a guess.
      ...(hops === undefined ? {} : { trustedHops: Number(hops) }),
    },
    rollout: {
      steps: told('STEPS', '1%,10%,50%,100%').split(','),
      maxFailureRatio: number('MAX_FAILURE_RATIO', 0.01),
      maxLatencyRatio: number('MAX_LATENCY_RATIO', 2),
      observeSeconds: number('OBSERVE_SECONDS', 60),
      maxVerificationAgeSeconds: number('VERIFICATION_AGE_SECONDS', 300),
      minRequests: number('MIN_REQUESTS', 50),
      copyRowsPerSecond: number('COPY_ROWS_PER_SECOND', 20_000),
      verifyRowsPerSecond: number('VERIFY_ROWS_PER_SECOND', 50_000),
      leastRowsPerSecond: number('LEAST_ROWS_PER_SECOND', 1_000),
      minCompared: number('MIN_COMPARED', 50),
    },
  };
}
