import { eventing } from '@banyan/events';
import { defineService, idempotency } from '@banyan/service';
import { contracts } from '../../contracts/example.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { routes } from './routes.ts';

/** What it is for, in a sentence. */
export const exampleService = defineService({
  name: 'example',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: { once: idempotency(), events: eventing(contracts) },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await exampleService.run();
