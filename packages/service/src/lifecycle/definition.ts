import type { Db } from '@banyan/postgres';
import type { Static, TObject } from 'typebox';
import type { TrustedIssuer } from '../auth/tokens.ts';
import type { BaseConfig } from '../config/config.ts';
import type { ServiceApp } from '../http/types.ts';
import type { Metrics, MetricTable } from '../metrics/business.ts';
import type { Taken } from '../parts/part.ts';
import type { Parts, ProvidedBy } from '../parts/parts.ts';

/** What routes are given besides the application: and what each part provides, under the name it has in `use`. */
export type ServiceContext<Config = unknown, Provided = unknown, M extends MetricTable = MetricTable> = {
  config: Config & BaseConfig;
  pool: Db;
  metrics: Metrics<M>;
  /** A token with which this service calls the service of that name. Throws without SERVICE_KEY. */
  tokenFor(audience: string): Promise<string>;
} & Provided;

export type ServiceDefinition<C extends TObject, Use extends Parts, M extends MetricTable> = {
  /** Its name in logs, metrics, traces, discovery, service tokens and the schema ledger. */
  name: string;
  /** Environment variables of its own, by name. Default none. */
  config?: C;
  /** Its schema.sql, applied at each start (idempotent statements). Default: no tables of its own. */
  schema?: URL;
  /** What it has besides HTTP, e.g. events. Default nothing. */
  use?: Use;
  /** Figures of its business. Default none. */
  metrics?: M;
  /**
   * Whose tokens are good here, besides those of services whose keys SERVICE_KEYS has. With it every route says whom it
   * allows: `{ config: { allow: [owner('params.id'), role('admin')] } }`. Default: no route asks for a token.
   */
  auth?: {
    issuers(
      context: ServiceContext<Static<C>, ProvidedBy<Use>, M>,
    ): readonly TrustedIssuer[] | Promise<readonly TrustedIssuer[]>;
  };
  routes: (app: ServiceApp, context: ServiceContext<Static<C>, ProvidedBy<Use>, M>) => void | Promise<void>;
};

export type RunningService<Use extends Parts = Parts> = {
  /** Where it listens, e.g. http://127.0.0.1:4001. */
  url: string;
  app: ServiceApp;
  pool: Db;
  /** What its parts provide, e.g. for a test. */
  provided: ProvidedBy<Use>;
  /** Answers what it has taken, then stops. Again is no error. */
  close(): Promise<void>;
};

export type Service<Use extends Parts = Parts> = {
  name: string;
  /** From others, by its parts. */
  takes: readonly Taken[];
  /** Starts with variables of its own, e.g. in a test. Throws `ConfigError`. */
  start(env: Record<string, string | undefined>): Promise<RunningService<Use>>;
  /** What `/openapi.json` of a service with these variables answers, without one that runs: nothing that they name is connected to. */
  openApi(env: Record<string, string | undefined>): Promise<object>;
  /** The whole life of a service process: environment, start, SIGTERM or SIGINT, graceful end. */
  run(): Promise<void>;
};
