import type { TObject } from 'typebox';
import type { MetricTable } from '../metrics/business.ts';
import type { Parts } from '../parts/parts.ts';
import type { Service, ServiceDefinition } from './definition.ts';
import { describeService } from './describe.ts';
import { runProcess } from './run.ts';
import { startService } from './start.ts';

/**
 * A service from its name, variables, schema, parts and routes. All else is the same for every service.
 *
 * @example
 * export const users = defineService({ name: 'users', schema: new URL('schema.sql', import.meta.url), routes });
 * if (import.meta.main) await users.run();
 */
// biome-ignore-start lint/complexity/noBannedTypes: what is left out adds nothing, which is {} and not any record
export function defineService<
  C extends TObject = TObject<{}>,
  Use extends Parts = {},
  M extends MetricTable = {},
>(definition: ServiceDefinition<C, Use, M>): Service<Use> {
  const start = (env: Record<string, string | undefined>) => startService(definition, env);
  const takes = Object.values(definition.use ?? {}).flatMap((part) => part.takes ?? []);
  return {
    name: definition.name,
    takes,
    start,
    openApi: (env) => describeService(definition, env),
    run: () => runProcess(start),
  };
}
// biome-ignore-end lint/complexity/noBannedTypes: see above
