import { defineContracts, eventing, type FromRows } from '@banyan/events';
import { calls, defineService } from '@banyan/service';
import { contracts as applications } from '../../contracts/applications.ts';
import { contracts as auth } from '../../contracts/auth.ts';
import { contracts as own } from '../../contracts/jobs.ts';
import { publicApi } from '../../contracts/public-api.ts';
import { accountActivity, hearOfActivity } from '../../kit/account-activity.ts';
import { IssuerConfig, issuersOf } from '../../kit/issuers.ts';
import { skillsPart } from '../../kit/skills/part.ts';
import type { Skills } from '../../kit/skills/skills.ts';
import { fromRows } from './facts.ts';
import { ingestion } from './ingestion/part.ts';
import type { Matcher } from './matching/matcher.ts';
import { forgetPerson, noteOutcome } from './matching/matches-store.ts';
import { matchingPart } from './matching/part.ts';
import { processJobMatch } from './matching/process-job-match.ts';
import { matchTelling, queueForMatching } from './matching/telling.ts';
import { placesPart } from './places/part.ts';
import { routes } from './routes.ts';
import { savedSearchesPart } from './saved-searches/part.ts';
import { percolate } from './saved-searches/percolate.ts';
import { deleteSearchesOf } from './saved-searches/store.ts';
import { searchPart } from './search/part.ts';

/** What jobs says and hears. */
const contracts = defineContracts({
  system: own.system,
  events: { ...own.events, ...auth.events, ...applications.events },
});

/** Companies and the jobs that they offer, and whom they fit. */
export const jobs = defineService({
  name: 'jobs',
  config: IssuerConfig,
  schema: new URL('schema.sql', import.meta.url),
  use: {
    activity: accountActivity,
    skills: skillsPart,
    places: placesPart,
    search: searchPart,
    matching: matchingPart,
    events: eventing(contracts, ({ events, provided }) => ({
      on: {
        ...hearOfActivity,
        UserDeleted: async (deleted, context) => {
          await hearOfActivity.UserDeleted(deleted, context);
          await forgetPerson(context.tx, deleted.data.userId);
          await deleteSearchesOf(context.tx, deleted.data.userId);
        },
        // Who saves a job that was a match, or applies for it, has accepted that.
        ApplicationCreated: async ({ data: { userId, jobId } }, { tx }) => {
          await noteOutcome(tx, userId, jobId, 'accepted');
        },
        // Whoever posted it: this service, or the monolith.
        JobPosted: async (message, { tx }) => {
          await percolate(tx, message.data.jobId);
          await queueForMatching(tx, message);
        },
        JobUpdated: ({ data }, { tx }) => percolate(tx, data.jobId),
      },
      // Its facts are among those of `contracts`, which the compiler cannot tell through the generic type.
      fromRows: fromRows as unknown as FromRows<typeof contracts>,
      sagasOnDemand: true,
      sagas: [
        processJobMatch({
          skills: provided.skills as Skills,
          matching: provided.matching as Matcher,
          tell: (tx, matched) => events().publish(tx, 'JobMatched', matched),
        }),
      ],
    })),
    telling: matchTelling,
    ingestion,
    savedSearches: savedSearchesPart,
    api: calls(
      { getProfile: publicApi.getProfile },
      {
        config: IssuerConfig,
        urls: ({ API_URL }) => ({ api: API_URL }),
        policy: { deadlineMs: 5_000, breaker: { openMs: 5_000 } },
      },
    ),
  },
  auth: { issuers: ({ config }) => issuersOf(config) },
  routes,
});

if (import.meta.main) await jobs.run();
