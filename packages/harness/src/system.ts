import type { UserId } from './load/population.ts';

/**
 * A system that the harness runs: a folder of domain, and what cannot be seen from the folder. The files that it has:
 *
 *   banyan.config.ts                the plan; reads its variables by the names of `variableOf`
 *   monolith/main.ts                the monolith: PORT, DATABASE_URL; answers /health
 *   monolith/data.ts                its first rows and its tokens, by default a `SystemData`
 *   monolith/load.ts                what its users ask for that no service takes over, by default a `Load`
 *   services/<name>/main.ts         a service: PORT, DATABASE_URL, BUS_URL; answers /health/ready
 *   services/<name>/load.ts         what its users ask for, by default a `Load`
 */
export type System = {
  name: string;
  /** The name in sentences for people. */
  title: string;
  /** Where the system lies; ends with a slash. */
  folder: URL;
  /** Names of the plan's variables begin with it. */
  prefix: string;
  /**
   * As whom the gateway signs tokens for services (`gateway.signing` of the plan), with a key made for each run: the plan's
   * variable `GATEWAY_KEY`. Left out: services verify the monolith's tokens themselves.
   */
  gatewayIssuer?: string;
  /** In the order in which they leave the monolith. */
  services: readonly string[];
  /** Doubles of what its services need of others, by name, e.g. of a payment provider: a file each, which listens on PORT and answers /health. */
  beside?: Readonly<Record<string, string>>;
  /** Those that the tour moves when nobody says which. Default: all. */
  shown?: readonly string[];
  /** Requests a second in a tour, at which all its services leave half of two cores free. Default 200. */
  rate?: number;
  /** The service that goes back to the monolith once in the tour, at half of its users. */
  goesBack: string;
  /** The service that the tour retires: one that the monolith can do without. Left out: none. */
  retires?: string;
  /** Variables of one of the processes, `monolith` or a service by its name, beside the ones above. */
  environment(run: {
    process: string;
    /** Signs the monolith's tokens. */
    secret: string;
    gatewayUrl: string;
    /** Of the services that were started and of what is beside them, by name. */
    urls: Record<string, string>;
  }): Record<string, string>;
  /** What people see of it, which the monolith serves. */
  web?: {
    /** Builds it, or finds it built; the monolith's variables that say where it is. */
    build(): Promise<Record<string, string>>;
    /** Somebody of the first rows as whom nobody else acts, for whoever wants to look around. */
    visitor: { email: string; password: string };
  };
};

/** What the harness must know of the monolith's data. */
export type SystemData<Id extends UserId = number> = {
  /** Fills the monolith's empty database; the rows of each table by name. Users have the numbers `1..users`. */
  fill(database: string, options: { users: number; seed: number }): Promise<Record<string, number>>;
  /**
   * By what the monolith knows the user of this number. Asked for numbers beyond those of the first rows too, of people who are made up.
   * Default: the number is the id.
   */
  userId?(n: number): Id;
  /** Whether the user of this number, of the first rows, may make requests. */
  isActive(n: number): boolean;
  /** An access token as the monolith gives them. */
  token(userId: Id, secret: string): string;
};

export function userIdOf({ userId }: Pick<SystemData<UserId>, 'userId'>, n: number): UserId {
  return userId === undefined ? n : userId(n);
}

/** The name of a variable of the plan, e.g. `CAREER_AUTH_DATABASE_URL` of the service auth. */
export function variableOf({ prefix }: Pick<System, 'prefix'>, ...parts: string[]): string {
  return [prefix, ...parts].join('_').toUpperCase().replaceAll('-', '_');
}

export async function dataOf(system: System): Promise<SystemData<UserId>> {
  return await defaultOf(new URL('monolith/data.ts', system.folder));
}

/** The default export of a file of a system. */
export async function defaultOf<T>(file: URL): Promise<T> {
  return ((await import(file.href)) as { default: T }).default;
}
