import { NewServiceError } from '../new-service-error.ts';
import { namesOf } from '../rename.ts';
import type { OwnedTable } from './ownership.ts';
import { kebabOf, partsOf } from './parts.ts';
import { shortName } from './table.ts';
import { apiOf } from './write-api.ts';
import { loadOf } from './write-load.ts';
import { extractionOf } from './write-plan.ts';
import { routesOf } from './write-routes.ts';
import { schemaOf } from './write-schema.ts';
import { storeOf } from './write-store.ts';
import { testOf } from './write-test.ts';

/**
 * The files of a service that takes these tables over, by path. `asked`: whether the monolith has told what they have. `api`: the name
 * of its file in api/, without the ending.
 */
export function serviceOf(
  service: string,
  tables: readonly OwnedTable[],
  { asked, api }: { asked: boolean; api: string },
): Map<string, string> {
  const same = tables.find(
    (table, index) => tables.findIndex((other) => kebabOf(other) === kebabOf(table)) < index,
  );
  if (same)
    throw new NewServiceError(
      `two of the tables would be called ${kebabOf(same)} in code and in paths`,
      'take one of them over, and the other by hand',
    );
  const parts = partsOf(tables);
  const name = `${namesOf(service).camel}Service`;
  const at = (file: string) => `services/${service}/${file}`;
  return new Map([
    [`api/${api}.ts`, apiOf(parts)],
    [at('extraction.ts'), extractionOf(service, parts, asked)],
    [at('load.ts'), loadOf(parts)],
    [at('main.ts'), mainOf(service, name, tables)],
    [at('routes.test.ts'), testOf(service, name, parts)],
    [at('routes.ts'), routesOf(api, parts)],
    [at('schema.sql'), schemaOf(tables, asked)],
    [at('store.ts'), storeOf(api, parts)],
  ]);
}

function mainOf(service: string, name: string, tables: readonly OwnedTable[]): string {
  return `import { defineService } from '@banyan/service';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { routes } from './routes.ts';

/** What it is for, in a sentence. It has ${tables.map(shortName).join(', ')}. */
export const ${name} = defineService({
  name: '${service}',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await ${name}.run();
`;
}
