import { defineContracts, type EventingDefinition, eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { Type } from 'typebox';
import { contracts as own } from '../../contracts/applications.ts';
import { contracts as auth } from '../../contracts/auth.ts';
import { accountActivity, hearOfActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { fromRows } from './facts.ts';
import { routes } from './routes.ts';
import { upkeep } from './tracking/upkeep.ts';

/** What applications says and hears. */
const contracts = defineContracts({ system: own.system, events: { ...own.events, ...auth.events } });

/** Of the stream alone: `ApplicationKnown` of decide.ts. */
const ApplicationKnown = {
  version: 1,
  data: Type.Object({
    userId: Type.Integer(),
    applicationId: Type.Integer(),
    jobId: Type.Integer(),
    status: Type.String(),
  }),
};

const on: EventingDefinition<typeof contracts>['on'] = hearOfActivity;

/** Applications with their notes, timeline and documents. */
export const applications = defineService({
  name: 'applications',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    events: eventing(contracts, { on, fromRows, store: { types: { ApplicationKnown } } }),
    upkeep,
  },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await applications.run();
