import { eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { contracts, fromRows } from './facts.ts';
import { ingestion } from './ingestion/part.ts';
import { routes } from './routes.ts';

/** Companies and the jobs that they offer. */
export const jobs = defineService({
  name: 'jobs',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: { events: eventing(contracts, { fromRows }), ingestion },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await jobs.run();
