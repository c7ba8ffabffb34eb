import { Page, type ServiceApp, type ServiceContext } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import {
  ApplicationPath,
  History,
  HistoryQuery,
  Posting,
  Statistics,
  StatisticsQuery,
  TRACKING,
  Tracked,
  TrackedDetails,
  TrackedQuery,
} from '../../../api/tracking.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { answerAsProblems } from '../../../kit/problem-answers.ts';
import type { Ledger } from '../commands.ts';
import { type ApplicationEvent, errors } from '../decide.ts';
import type { Documents } from '../documents/part.ts';
import { documentRoutes } from '../documents/routes.ts';
import { streamOfApplication } from '../facts.ts';
import { count } from '../statistics/count.ts';
import { statisticsOf } from '../statistics/decide.ts';
import { rowsOfUser } from '../statistics/store.ts';
import { submissionRoutes } from '../submission/routes.ts';
import type { SubmissionSagas } from '../submission/submit.ts';
import { changeRoutes } from './change-routes.ts';
import { asOf, historyOf } from './history.ts';
import * as store from './store.ts';

/** What the monolith never had of applications. Of somebody else's it says that there are none. */
export async function trackingRoutes(
  app: ServiceApp,
  context: ServiceContext<unknown, { documents: Documents; events: Ledger & { sagas: SubmissionSagas } }>,
): Promise<void> {
  await app.register(
    async (api: ServiceApp) => {
      answerAsProblems(api);
      readRoutes(api, context);
      changeRoutes(api, context);
      const { pool, events, documents } = context;
      await documentRoutes(api, { pool, ledger: events, documents });
      submissionRoutes(api, { pool: context.pool, sagas: () => context.events.sagas });
    },
    { prefix: TRACKING },
  );
}

function readRoutes(api: ServiceApp, { pool, events }: ServiceContext<unknown, { events: Ledger }>): void {
  const ofUser = activeUser(pool);
  const ofApplication = ofUser('APPLICATION_NOT_FOUND');
  const find = async (request: FastifyRequest, id: number) => {
    const found = await store.findTracked(pool, callerOf(request), id);
    if (!found) throw errors('APPLICATION_NOT_FOUND');
    return found;
  };

  api.get(
    '/',
    { ...ofUser(), schema: { querystring: TrackedQuery, response: { 200: Page(Tracked) } } },
    async (request) => await store.listTracked(pool, callerOf(request), request.query),
  );

  api.get(
    '/statistics',
    { ...ofUser(), schema: { querystring: StatisticsQuery, response: { 200: Statistics } } },
    async (request) => {
      const { applications, steps } = await rowsOfUser(pool, callerOf(request), request.query);
      const { groups, stays, medianDaysToAnswer } = count(applications, steps);
      return statisticsOf(groups, stays, medianDaysToAnswer);
    },
  );

  api.get(
    '/:id',
    { ...ofApplication, schema: { params: ApplicationPath, response: { 200: TrackedDetails } } },
    async (request) => {
      const found = await find(request, request.params.id);
      const contacts = await store.listContacts(pool, found.id);
      const posting = await store.findPosting(pool, found.id);
      return { ...found, contacts, has_posting: posting !== undefined };
    },
  );

  api.get(
    '/:id/posting',
    { ...ofApplication, schema: { params: ApplicationPath, response: { 200: Posting } } },
    async (request) => {
      const { id } = await find(request, request.params.id);
      const posting = await store.findPosting(pool, id);
      if (!posting) throw errors('NO_POSTING');
      return posting;
    },
  );

  api.get(
    '/:id/history',
    {
      ...ofApplication,
      schema: {
        description: 'What happened, with who and why, up to a time, and what was then.',
        params: ApplicationPath,
        querystring: HistoryQuery,
        response: { 200: History },
      },
    },
    async (request) => {
      const { id } = await find(request, request.params.id);
      const at = request.query.at === undefined ? new Date() : new Date(request.query.at);
      const rows = await store.rowsOfHistory(pool, id);
      const stream = await events.store.readStream<ApplicationEvent>(streamOfApplication(id));
      const all = historyOf({ ...rows, events: stream });
      const entries = all.filter((entry) => entry.at <= at);
      return { as_of: at, ...asOf(entries, at), entries };
    },
  );
}
