import { createPool } from '@banyan/postgres';
import { Registry } from 'prom-client';
import type { TObject } from 'typebox';
import { authenticateRoutes } from '../auth/authenticate.ts';
import { createTokenVerifier } from '../auth/tokens.ts';
import { createApp } from '../http/app.ts';
import type { MetricTable } from '../metrics/business.ts';
import type { Parts } from '../parts/parts.ts';
import type { ServiceContext, ServiceDefinition } from './definition.ts';
import { readServiceConfig } from './start.ts';

/**
 * The OpenAPI document of a service that is not started: its routes are made with nothing behind them, so neither a database nor anything
 * else is asked. A routes function that uses what a part provides before the first request throws by the part's name.
 */
export async function describeService<C extends TObject, Use extends Parts, M extends MetricTable>(
  definition: ServiceDefinition<C, Use, M>,
  env: Record<string, string | undefined>,
): Promise<object> {
  const { name, use = {} } = definition;
  const { config } = await readServiceConfig(definition, env);
  // Connects when it is first asked, which nobody does.
  const pool = createPool(config.DATABASE_URL, { applicationName: name });
  const { app } = await createApp({
    name,
    logLevel: 'silent',
    checks: {},
    partial: {},
    metrics: new Registry(),
  });
  try {
    if (definition.auth) authenticateRoutes(app, createTokenVerifier([]));
    const parts = Object.keys(use).map((part) => [part, absent(`the part ${part} of ${name}`)]);
    const given = {
      config,
      pool,
      metrics: absent(`the metrics of ${name}`),
      tokenFor: absent(`a token of ${name}`),
      ...Object.fromEntries(parts),
    };
    await definition.routes(app, given as ServiceContext<never, never, M> as never);
    await app.ready();
    return app.swagger();
  } finally {
    await app.close();
    await pool.end();
  }
}

/** Stands for what is there in a service that runs: it has whatever it is asked for, and none of that does anything. */
function absent(what: string): unknown {
  return new Proxy(() => {}, {
    get: (_target, key) => (typeof key === 'symbol' || key === 'then' ? undefined : absent(`${what}.${key}`)),
    apply: () => {
      throw new Error(`${what} was used while the routes were made, when nothing but their schemas is there`);
    },
  });
}
