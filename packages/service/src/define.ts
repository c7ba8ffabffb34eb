import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { applySchema, createPool, type Db } from '@banyan/postgres';
import { type Static, type TObject, Type } from 'typebox';
import { createApp } from './app.ts';
import { BaseConfig, ConfigError, readConfig } from './config.ts';
import type { ServiceApp } from './types.ts';

export type ServiceContext<Config> = { config: Config & BaseConfig; pool: Db };

export type ServiceDefinition<C extends TObject> = {
  /** Its name in logs, metrics and the schema ledger. */
  name: string;
  /** Environment variables of its own, by name. */
  config: C;
  /** Its schema.sql, applied at each start (idempotent statements). */
  schema: URL;
  routes: (app: ServiceApp, context: ServiceContext<Static<C>>) => void | Promise<void>;
};

export type RunningService = {
  /** Where it listens, e.g. http://127.0.0.1:4001. */
  url: string;
  app: ServiceApp;
  pool: Db;
  /** Answers what it has taken, then stops. Again is no error. */
  close(): Promise<void>;
};

export type Service = {
  /** Starts with variables of its own, e.g. in a test. Throws `ConfigError`. */
  start(env: Record<string, string | undefined>): Promise<RunningService>;
  /** The whole life of a service process: environment, start, SIGTERM or SIGINT, graceful end. Exit code 2: bad config. */
  run(): Promise<void>;
};

/**
 * A service from its four parts: variables, schema, routes, name. All else is the same for every service.
 *
 * @example
 * export const users = defineService({ name: 'users', config: Type.Object({}), schema, routes });
 * await users.run();
 */
export function defineService<C extends TObject>(definition: ServiceDefinition<C>): Service {
  const start = (env: Record<string, string | undefined>) => startService(definition, env);
  return { start, run: () => runProcess(start) };
}

async function startService<C extends TObject>(
  { name, config: own, schema, routes }: ServiceDefinition<C>,
  env: Record<string, string | undefined>,
): Promise<RunningService> {
  const config = readConfig(Type.Object({ ...BaseConfig.properties, ...own.properties }), env) as BaseConfig &
    Static<C>;
  const pool = createPool(config.DATABASE_URL, { max: config.POOL_SIZE, applicationName: name });
  const app = await createApp({ name, logLevel: config.LOG_LEVEL, ready: () => pool.query('SELECT 1') });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= app.close().finally(() => pool.end());
    return closing;
  };
  try {
    await applySchema(pool, { name, sql: await readFile(schema, 'utf8') });
    await routes(app, { config, pool });
    await app.listen({ port: config.PORT, host: config.HOST });
  } catch (error) {
    await close();
    throw error;
  }
  const { address, family, port } = app.server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  return { url, app, pool, close };
}

async function runProcess(start: Service['start']): Promise<void> {
  try {
    const service = await start(process.env);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => void service.close());
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
