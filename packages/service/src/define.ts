import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { applySchema, createPool, type Db } from '@banyan/postgres';
import { Registry } from 'prom-client';
import { type Static, type TObject, Type } from 'typebox';
import { createApp } from './app.ts';
import { BaseConfig, readConfig } from './config.ts';
import { configOfParts, type Parts, type ProvidedBy, type RunningParts, startParts } from './parts.ts';
import { runProcess } from './run.ts';
import type { ServiceApp } from './types.ts';

/** What routes are given: configuration, database, and what each part provides, under the name it has in `use`. */
export type ServiceContext<Config = unknown, Provided = unknown> = {
  config: Config & BaseConfig;
  pool: Db;
} & Provided;

export type ServiceDefinition<C extends TObject, Use extends Parts> = {
  /** Its name in logs, metrics, traces, discovery and the schema ledger. */
  name: string;
  /** Environment variables of its own, by name. Default none. */
  config?: C;
  /** Its schema.sql, applied at each start (idempotent statements). */
  schema: URL;
  /** What it has besides HTTP, e.g. events. Default nothing. */
  use?: Use;
  routes: (app: ServiceApp, context: ServiceContext<Static<C>, ProvidedBy<Use>>) => void | Promise<void>;
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
  /** Starts with variables of its own, e.g. in a test. Throws `ConfigError`. */
  start(env: Record<string, string | undefined>): Promise<RunningService<Use>>;
  /** The whole life of a service process: environment, start, SIGTERM or SIGINT, graceful end. */
  run(): Promise<void>;
};

/**
 * A service from its name, variables, schema, parts and routes. All else is the same for every service.
 *
 * @example
 * export const users = defineService({ name: 'users', schema: new URL('schema.sql', import.meta.url), routes });
 * if (import.meta.main) await users.run();
 */
// biome-ignore lint/complexity/noBannedTypes: a service without parts provides nothing, which is {} and not any record
export function defineService<C extends TObject = TObject<{}>, Use extends Parts = {}>(
  definition: ServiceDefinition<C, Use>,
): Service<Use> {
  const start = (env: Record<string, string | undefined>) => startService(definition, env);
  return { name: definition.name, start, run: () => runProcess(start) };
}

async function startService<C extends TObject, Use extends Parts>(
  { name, config: own, schema, use = {} as Use, routes }: ServiceDefinition<C, Use>,
  env: Record<string, string | undefined>,
): Promise<RunningService<Use> & { shutdownMs: number }> {
  const properties = { ...BaseConfig.properties, ...own?.properties };
  const variables = Type.Object({ ...properties, ...configOfParts(use, properties).properties });
  const config = readConfig(variables, env) as BaseConfig & Static<C>;
  const pool = createPool(config.DATABASE_URL, { max: config.POOL_SIZE, applicationName: name });
  const metrics = new Registry();
  const checks: Record<string, () => Promise<unknown>> = { database: () => pool.query('SELECT 1') };
  const { app, health } = await createApp({ name, logLevel: config.LOG_LEVEL, checks, metrics });

  let parts: RunningParts<Use> | undefined;
  const stop = async () => {
    health.drain();
    await parts?.drain().catch((err: unknown) => app.log.error({ err }, 'could not take leave'));
    await delay(config.DRAIN_SECONDS * 1000);
    // What comes first may still need what comes after it.
    await app
      .close()
      .finally(() => parts?.close())
      .finally(() => pool.end());
  };
  let stopping: Promise<void> | undefined;
  const close = () => {
    stopping ??= stop();
    return stopping;
  };
  try {
    await applySchema(pool, { name, sql: await readFile(schema, 'utf8') });
    parts = await startParts(use, {
      service: name,
      instance: randomUUID(),
      config,
      pool,
      databaseUrl: config.DATABASE_URL,
      log: app.log,
      metrics,
    });
    Object.assign(checks, parts.checks);
    await routes(app, { config, pool, ...parts.provided });
    await app.listen({ port: config.PORT, host: config.HOST });
    await parts.open({ url: urlOf(app) });
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  const shutdownMs = config.SHUTDOWN_SECONDS * 1000;
  return { url: urlOf(app), app, pool, provided: parts.provided, close, shutdownMs };
}

function urlOf(app: ServiceApp): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
