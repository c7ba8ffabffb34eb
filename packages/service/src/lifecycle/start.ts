import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { applySchema, createPool } from '@banyan/postgres';
import { context } from '@opentelemetry/api';
import { Registry } from 'prom-client';
import { type Static, type TObject, Type } from 'typebox';
import { authenticateRoutes } from '../auth/authenticate.ts';
import { createServiceTokens, ServiceTokenConfig, trustedServices } from '../auth/service-tokens.ts';
import { createTokenVerifier } from '../auth/tokens.ts';
import { carryScope } from '../client/scope.ts';
import { BaseConfig, describeConfig } from '../config/config.ts';
import { loadConfig } from '../config/config-sources.ts';
import { createApp } from '../http/app.ts';
import { LoadConfig, shedLoad } from '../http/load-shedding.ts';
import type { ServiceApp } from '../http/types.ts';
import { createMetrics, type MetricTable } from '../metrics/business.ts';
import { configOfParts, type Parts, type ProvidedBy, type RunningParts, startParts } from '../parts/parts.ts';
import { TelemetryConfig } from '../telemetry/config.ts';
import { traceRequests } from '../telemetry/http.ts';
import { traceQueries } from '../telemetry/sql.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import type { RunningService, ServiceContext, ServiceDefinition } from './definition.ts';

const KitConfig = Type.Object({
  ...BaseConfig.properties,
  ...LoadConfig.properties,
  ...TelemetryConfig.properties,
  ...ServiceTokenConfig.properties,
});

/** Brings a service up, in this order: database, parts, routes, port, parts' own work. Takes all down again on failure. */
export async function startService<C extends TObject, Use extends Parts, M extends MetricTable>(
  definition: ServiceDefinition<C, Use, M>,
  env: Record<string, string | undefined>,
): Promise<RunningService<Use> & { shutdownMs: number }> {
  const { name, schema, use = {} as Use } = definition;
  const { config, described } = await readServiceConfig(definition, env);
  const instance = randomUUID();
  const telemetry = await startTelemetry(name, instance, config);
  const pool = createPool(config.DATABASE_URL, {
    max: config.POOL_SIZE,
    applicationName: name,
    connectTimeoutMs: config.POOL_WAIT_SECONDS * 1000,
  });
  if (telemetry.tracer) traceQueries(pool);
  const registry = new Registry();
  const checks: Record<string, () => Promise<unknown>> = { database: () => pool.query('SELECT 1') };
  const partial: Record<string, () => Promise<unknown>> = {};
  const { app, health } = await createApp({
    name,
    logLevel: config.LOG_LEVEL,
    checks,
    partial,
    metrics: registry,
  });

  app.log.debug({ config: described }, 'configuration');

  let parts: RunningParts<Use> | undefined;
  const stop = async () => {
    health.drain();
    await parts?.drain().catch((err: unknown) => app.log.error({ err }, 'could not take leave'));
    await delay(config.DRAIN_SECONDS * 1000);
    // What comes first may still need what comes after it.
    await app
      .close()
      .finally(() => parts?.close())
      .finally(() => pool.end())
      .finally(() => telemetry.close());
  };
  let stopping: Promise<void> | undefined;
  const close = () => {
    stopping ??= stop();
    return stopping;
  };
  const open = async () => {
    if (schema) await applySchema(pool, { name, sql: await readFile(schema, 'utf8') });
    const { tokenFor } = createServiceTokens(name, config);
    parts = await startParts(use, {
      service: name,
      instance,
      config,
      pool,
      databaseUrl: config.DATABASE_URL,
      log: app.log,
      metrics: registry,
      tokenFor,
    });
    Object.assign(checks, parts.checks);
    Object.assign(partial, parts.partial);
    const metrics = createMetrics(definition.metrics ?? ({} as M), registry);
    const given: ServiceContext<Static<C>, ProvidedBy<Use>, M> = {
      config,
      pool,
      metrics,
      tokenFor,
      ...parts.provided,
    };
    if (definition.auth) {
      const trusted = [...(await definition.auth.issuers(given)), ...trustedServices(name, config)];
      authenticateRoutes(app, createTokenVerifier(trusted));
    }
    // What is set up later comes first: overload, then the trace, to which a refusal belongs too, then the guard.
    carryScope(app, traceRequests(app, telemetry));
    shedLoad(app, config, registry);
    await definition.routes(app, given);
    await app.listen({ port: config.PORT, host: config.HOST });
    await parts.open({ url: urlOf(app) });
    return parts.provided;
  };
  try {
    // What parts do of their own accord later still knows by this context whose it is.
    const provided = await context.with(telemetry.base, open);
    return { url: urlOf(app), app, pool, provided, close, shutdownMs: config.SHUTDOWN_SECONDS * 1000 };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

/** Every variable of the kit, the service and its parts. */
export async function readServiceConfig<C extends TObject, Use extends Parts, M extends MetricTable>(
  { name, config: own, use }: ServiceDefinition<C, Use, M>,
  env: Record<string, string | undefined>,
) {
  const properties = { ...KitConfig.properties, ...own?.properties };
  const all = Type.Object({ ...properties, ...configOfParts(use ?? {}, properties).properties });
  const config = (await loadConfig(all, name, env)) as Static<typeof KitConfig> & Static<C>;
  return { config, described: describeConfig(all, config) };
}

function urlOf(app: ServiceApp): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
