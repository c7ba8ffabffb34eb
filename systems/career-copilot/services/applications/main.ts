import { eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { contracts } from '../../contracts/applications.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { routes } from './routes.ts';

/** Applications with their notes, timeline and documents. */
export const applications = defineService({
  name: 'applications',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: { events: eventing(contracts) },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await applications.run();
