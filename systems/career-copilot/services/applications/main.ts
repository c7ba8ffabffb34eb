import { defineContracts, eventing, type FromRows } from '@banyan/events';
import { calls, defineService, files, virusScan } from '@banyan/service';
import { Type } from 'typebox';
import { contracts as own } from '../../contracts/applications.ts';
import { contracts as auth } from '../../contracts/auth.ts';
import { publicOffers } from '../../contracts/public-api.ts';
import { contracts as users } from '../../contracts/users.ts';
import { accountActivity, hearOfActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import type { Ledger } from './commands.ts';
import { documentsPart } from './documents/part.ts';
import { beginErasure } from './erasure/erase.ts';
import { fromRows } from './facts.ts';
import { routes } from './routes.ts';
import { askOthers, type Clients } from './submission/others.ts';
import { createApplicationSaga } from './submission/saga.ts';
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

const UsersConfig = Type.Object({
  /** The users service, who is asked whether somebody may apply. */
  USERS_URL: Type.Optional(Type.String({ minLength: 1 })),
});

/** Of one person, by the saga; who sends more is a program. */
const SUBMISSIONS_PER_DAY = 100;

const policy = { deadlineMs: 5_000, breaker: { openMs: 5_000 } };

/** Applications with their notes, timeline and documents. */
export const applications = defineService({
  name: 'applications',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    files: files({ variable: 'DOCUMENT_STORE', folder: '.banyan/documents' }),
    scanner: virusScan(),
    documents: documentsPart,
    people: calls(
      { getStanding: users.operations.getStanding },
      {
        config: UsersConfig,
        urls: ({ USERS_URL }) => ({ users: USERS_URL }),
        identity: 'service',
        policy,
      },
    ),
    api: calls(publicOffers, {
      config: IssuerConfig,
      urls: ({ API_URL }) => ({ api: API_URL }),
      identity: 'none',
      policy,
    }),
    events: eventing(contracts, (host) => ({
      on: {
        ...hearOfActivity,
        UserDeleted: async (deleted, context) => {
          await hearOfActivity.UserDeleted(deleted, context);
          await beginErasure(context.tx, deleted.data.userId);
        },
      },
      // Its facts are among those of `contracts`, which the compiler cannot tell through the generic type.
      fromRows: fromRows as unknown as FromRows<typeof contracts>,
      store: { types: { ApplicationKnown } },
      sagasOnDemand: true,
      sagas: [
        createApplicationSaga({
          ledger: () => host.events() as Ledger,
          others: askOthers(host.provided as Clients, host.pool),
          perDay: SUBMISSIONS_PER_DAY,
        }),
      ],
    })),
    upkeep,
  },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await applications.run();
