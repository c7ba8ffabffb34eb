import type { ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id, Page } from '../../../api/common.ts';
import {
  Cancellation,
  HistoryEntry,
  NewRating,
  Rating,
  Rescheduling,
  Session,
  SessionQuery,
} from '../../../api/sessions.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { OfUser } from '../../../kit/of-user.ts';
import type { SessionAction } from '../../../kit/sessions/transitions.ts';
import { type MovingHost, move } from './move.ts';
import { rate } from './rate.ts';
import { reschedule } from './reschedule.ts';
import * as store from './store.ts';

/** What people do with a session, by the last part of the path; cancelling it may have a reason, and has a route of its own. */
const STEPS = {
  accept: 'accept',
  decline: 'decline',
  schedule: 'schedule',
  start: 'start',
  complete: 'complete',
  'no-show': 'noShow',
} as const satisfies Record<string, SessionAction>;

/** Sessions, from when they are booked until they are rated. */
export function sessionRoutes(
  app: ServiceApp,
  host: MovingHost & { ofUser: OfUser; clock: () => number },
): void {
  const { pool, clock, ofUser } = host;

  app.get(
    '/sessions',
    { ...ofUser(), schema: { querystring: SessionQuery, response: { 200: Page(Session) } } },
    async (request) => await store.listSessions(pool, callerOf(request), request.query),
  );

  app.get(
    '/sessions/:id',
    { ...ofUser('SESSION_NOT_FOUND'), schema: { params: Id, response: { 200: Session } } },
    async (request) => await store.findSession(pool, request.params.id, callerOf(request)),
  );

  for (const [path, action] of Object.entries(STEPS))
    app.post(
      `/sessions/:id/${path}`,
      {
        ...ofUser('SESSION_NOT_FOUND', 'NOT_YOURS_TO_MOVE', 'BAD_STATE', 'NOT_THE_TIME'),
        schema: { params: Id, response: { 200: Session } },
      },
      async (request) => {
        const [sessionId, actorId] = [request.params.id, callerOf(request)];
        await move(host, { sessionId, action, actorId, now: clock() });
        return await store.findSession(pool, sessionId, actorId);
      },
    );

  app.post(
    '/sessions/:id/cancel',
    {
      ...ofUser('SESSION_NOT_FOUND', 'BAD_STATE'),
      schema: { params: Id, body: Cancellation, response: { 200: Session } },
    },
    async (request) => {
      const [sessionId, actorId] = [request.params.id, callerOf(request)];
      const note = request.body?.reason;
      await move(host, { sessionId, action: 'cancel', actorId, now: clock(), note });
      return await store.findSession(pool, sessionId, actorId);
    },
  );

  app.post(
    '/sessions/:id/reschedule',
    {
      ...ofUser(
        'SESSION_NOT_FOUND',
        'NOT_YOURS_TO_MOVE',
        'BAD_STATE',
        'NOT_THE_TIME',
        'SLOT_NOT_OFFERED',
        'SLOT_TAKEN',
      ),
      schema: { params: Id, body: Rescheduling, response: { 200: Session } },
    },
    async (request) => {
      const [sessionId, actorId] = [request.params.id, callerOf(request)];
      const at = Date.parse(request.body.startsAt);
      await reschedule(host, { sessionId, actorId, at, now: clock() });
      return await store.findSession(pool, sessionId, actorId);
    },
  );

  app.get(
    '/sessions/:id/history',
    {
      ...ofUser('SESSION_NOT_FOUND'),
      schema: { params: Id, response: { 200: Type.Array(HistoryEntry) } },
    },
    async (request) => {
      const { id } = await store.findSession(pool, request.params.id, callerOf(request));
      return await store.historyOf(pool, id);
    },
  );

  app.get(
    '/sessions/:id/ratings',
    { ...ofUser('SESSION_NOT_FOUND'), schema: { params: Id, response: { 200: Type.Array(Rating) } } },
    async (request) => {
      const { id } = await store.findSession(pool, request.params.id, callerOf(request));
      return await store.ratingsOf(pool, id);
    },
  );

  app.post(
    '/sessions/:id/ratings',
    {
      ...ofUser('SESSION_NOT_FOUND', 'NOT_COMPLETED', 'ALREADY_RATED'),
      schema: { params: Id, body: NewRating, response: { 201: Rating } },
    },
    async (request, reply) =>
      await reply.code(201).send(await rate(host, request.params.id, callerOf(request), request.body)),
  );
}
