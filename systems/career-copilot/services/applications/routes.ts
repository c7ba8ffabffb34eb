import { withTransaction } from '@banyan/postgres';
import type { ServiceApp, ServiceContext } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
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
import { activeUser, callerOf } from '../../kit/active-user.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import * as commands from './commands.ts';
import type { Documents } from './documents/part.ts';
import * as store from './store.ts';
import type { SubmissionSagas } from './submission/submit.ts';
import { trackingRoutes } from './tracking/routes.ts';
import { isStatus, mayMove } from './transitions.ts';

export async function routes(
  app: ServiceApp,
  context: ServiceContext<
    unknown,
    { documents: Documents; events: commands.Ledger & { sagas: SubmissionSagas } }
  >,
): Promise<void> {
  const { pool, events } = context;
  const ofUser = activeUser(pool);
  const find = async (request: FastifyRequest, id: number) => {
    const found = await store.findApplication(pool, callerOf(request), id);
    if (!found) throw new ApiError('APPLICATION_NOT_FOUND');
    return found;
  };
  const ofApplication = ofUser('APPLICATION_NOT_FOUND');
  /** A command on an application of the caller's, in a transaction that has its row locked. */
  const change = async <T>(
    request: FastifyRequest<{ Params: Id }>,
    work: (tx: pg.PoolClient, row: store.LockedApplication, about: commands.About) => Promise<T>,
  ): Promise<T> => {
    const userId = callerOf(request);
    return await withTransaction(pool, async (tx) => {
      const row = await store.lockApplication(tx, userId, request.params.id);
      if (!row) throw new ApiError('APPLICATION_NOT_FOUND');
      return await work(tx, row, { actor: String(userId) });
    });
  };

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
          const about = { actor: String(userId) };
          const one = { userId, jobId, status, coverLetter };
          const id = await withTransaction(pool, (tx) => commands.createApplication(tx, events, one, about));
          if (id === undefined) throw new ApiError('ALREADY_APPLIED');
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
          const { status: to, note: reason } = request.body;
          await change(request, async (tx, row, about) => {
            if (!isStatus(row.status) || !mayMove(row.status, to)) throw new ApiError('BAD_TRANSITION');
            await commands.updateStatus(tx, events, row, to, { ...about, reason });
          });
          return await find(request, request.params.id);
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
          const note = await change(request, (tx, row, about) =>
            commands.addNote(tx, events, row, request.body, about),
          );
          return await reply.code(201).send(note);
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
          const document = await change(request, (tx, row, about) =>
            commands.attachDocument(tx, events, row, request.body, about),
          );
          return await reply.code(201).send(document);
        },
      );
    },
    { prefix: API },
  );

  await trackingRoutes(app, context);
}
