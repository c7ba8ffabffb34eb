import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import type { ServiceApp, ServiceContext } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  Application,
  ApplicationQuery,
  Document,
  NewApplication,
  NewDocument,
  NewNote,
  Note,
  StatusChange,
  TimelineEntry,
} from '../../api/applications.ts';
import { API, Id, Page, paged } from '../../api/common.ts';
import type { contracts } from '../../contracts/applications.ts';
import { activeUser, callerOf } from '../../kit/active-user.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { mayMove } from './decide.ts';
import * as store from './store.ts';

export async function routes(
  app: ServiceApp,
  { pool, events }: ServiceContext<unknown, { events: Events<typeof contracts> }>,
): Promise<void> {
  const ofUser = activeUser(pool);
  const find = async (request: FastifyRequest, id: number) => {
    const found = await store.findApplication(pool, callerOf(request), id);
    if (!found) throw new ApiError('APPLICATION_NOT_FOUND');
    return found;
  };
  const ofApplication = ofUser('APPLICATION_NOT_FOUND');

  await app.register(
    async (legacy: ServiceApp) => {
      answerAsLegacy(legacy);

      legacy.post(
        '/applications',
        {
          ...ofUser('JOB_NOT_FOUND', 'ALREADY_APPLIED'),
          schema: { body: NewApplication, response: { 201: Application } },
        },
        async (request, reply) => {
          const userId = callerOf(request);
          const { job_id: jobId, status = 'applied', cover_letter: coverLetter = null } = request.body;
          if (!(await store.isOpenJob(pool, jobId))) throw new ApiError('JOB_NOT_FOUND');
          const id = await withTransaction(pool, async (tx) => {
            const created = await store.insertApplication(tx, { userId, jobId, status, coverLetter });
            if (created === undefined) throw new ApiError('ALREADY_APPLIED');
            await store.addToTimeline(tx, { applicationId: created, from: null, to: status, note: null });
            await events.publish(tx, 'ApplicationCreated', { userId, applicationId: created, jobId, status });
            return created;
          });
          return await reply.code(201).send(await find(request, id));
        },
      );

      legacy.get(
        '/applications',
        {
          ...ofUser(),
          schema: { querystring: ApplicationQuery, response: { 200: Page('applications', Application) } },
        },
        async (request) => {
          const { rows, total } = await store.listApplications(pool, callerOf(request), request.query);
          return paged('applications', rows, total, request.query);
        },
      );

      legacy.get(
        '/applications/:id',
        { ...ofApplication, schema: { params: Id, response: { 200: Application } } },
        async (request) => await find(request, request.params.id),
      );

      legacy.patch(
        '/applications/:id/status',
        {
          ...ofUser('APPLICATION_NOT_FOUND', 'BAD_TRANSITION'),
          schema: { params: Id, body: StatusChange, response: { 200: Application } },
        },
        async (request) => {
          const userId = callerOf(request);
          const { id: applicationId } = request.params;
          const { status: to, note = null } = request.body;
          await withTransaction(pool, async (tx) => {
            const from = await store.lockStatus(tx, userId, applicationId);
            if (!from) throw new ApiError('APPLICATION_NOT_FOUND');
            if (!mayMove(from, to)) throw new ApiError('BAD_TRANSITION');
            await store.updateStatus(tx, applicationId, to);
            await store.addToTimeline(tx, { applicationId, from, to, note });
            await store.insertNotification(tx, {
              userId,
              kind: 'status_changed',
              title: 'Application updated',
              body: `Your application moved from ${from} to ${to}.`,
            });
            await events.publish(tx, 'ApplicationStatusChanged', { userId, applicationId, from, to });
          });
          return await find(request, applicationId);
        },
      );

      legacy.get(
        '/applications/:id/timeline',
        { ...ofApplication, schema: { params: Id, response: { 200: Type.Array(TimelineEntry) } } },
        async (request) => {
          await find(request, request.params.id);
          return await store.listTimeline(pool, request.params.id);
        },
      );

      legacy.get(
        '/applications/:id/notes',
        { ...ofApplication, schema: { params: Id, response: { 200: Type.Array(Note) } } },
        async (request) => {
          await find(request, request.params.id);
          return await store.listNotes(pool, request.params.id);
        },
      );

      legacy.post(
        '/applications/:id/notes',
        { ...ofApplication, schema: { params: Id, body: NewNote, response: { 201: Note } } },
        async (request, reply) => {
          await find(request, request.params.id);
          return await reply.code(201).send(await store.insertNote(pool, request.params.id, request.body));
        },
      );

      legacy.get(
        '/applications/:id/documents',
        { ...ofApplication, schema: { params: Id, response: { 200: Type.Array(Document) } } },
        async (request) => {
          await find(request, request.params.id);
          return await store.listDocuments(pool, request.params.id);
        },
      );

      legacy.post(
        '/applications/:id/documents',
        { ...ofApplication, schema: { params: Id, body: NewDocument, response: { 201: Document } } },
        async (request, reply) => {
          const { id } = request.params;
          await find(request, id);
          const document = await store.insertDocument(pool, callerOf(request), id, request.body);
          return await reply.code(201).send(document);
        },
      );
    },
    { prefix: API },
  );
}
