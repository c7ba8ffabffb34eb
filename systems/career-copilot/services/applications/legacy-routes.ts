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
import { Id, Page, paged } from '../../api/common.ts';
import { mayMove } from '../../api/transitions.ts';
import { activeUser, callerOf } from '../../kit/active-user.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import * as commands from './commands.ts';
import { inApplication } from './in-application.ts';
import * as store from './store.ts';
import { isStatus } from './transitions.ts';

type Given = { pool: pg.Pool; events: commands.Ledger };

/** What the monolith has of applications, byte for byte. */
export function legacyRoutes(
  legacy: ServiceApp,
  { pool, events }: ServiceContext<unknown, { events: commands.Ledger }>,
): void {
  answerAsLegacy(legacy);
  applicationRoutes(legacy, { pool, events });
  noteRoutes(legacy, { pool, events });
  documentRoutes(legacy, { pool, events });
}

function applicationRoutes(legacy: ServiceApp, { pool, events }: Given): void {
  const ofUser = activeUser(pool);
  const ofApplication = ofUser('APPLICATION_NOT_FOUND');

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
      return await reply.code(201).send(await find(pool, request, id));
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
    async (request) => await find(pool, request, request.params.id),
  );

  legacy.patch(
    '/applications/:id/status',
    {
      ...ofUser('APPLICATION_NOT_FOUND', 'BAD_TRANSITION'),
      schema: { params: Id, body: StatusChange, response: { 200: Application } },
    },
    async (request) => {
      const { status: to, note: reason } = request.body;
      await change(pool, request, async (tx, row, about) => {
        if (!isStatus(row.status) || !mayMove(row.status, to)) throw new ApiError('BAD_TRANSITION');
        await commands.updateStatus(tx, events, row, to, { ...about, reason });
      });
      return await find(pool, request, request.params.id);
    },
  );

  legacy.get(
    '/applications/:id/timeline',
    { ...ofApplication, schema: { params: Id, response: { 200: Type.Array(TimelineEntry) } } },
    async (request) => {
      await find(pool, request, request.params.id);
      return await store.listTimeline(pool, request.params.id);
    },
  );
}

function noteRoutes(legacy: ServiceApp, { pool, events }: Given): void {
  const ofApplication = activeUser(pool)('APPLICATION_NOT_FOUND');

  legacy.get(
    '/applications/:id/notes',
    { ...ofApplication, schema: { params: Id, response: { 200: Type.Array(Note) } } },
    async (request) => {
      await find(pool, request, request.params.id);
      return await store.listNotes(pool, request.params.id);
    },
  );

  legacy.post(
    '/applications/:id/notes',
    { ...ofApplication, schema: { params: Id, body: NewNote, response: { 201: Note } } },
    async (request, reply) => {
      const note = await change(pool, request, (tx, row, about) =>
        commands.addNote(tx, events, row, request.body, about),
      );
      return await reply.code(201).send(note);
    },
  );
}

function documentRoutes(legacy: ServiceApp, { pool, events }: Given): void {
  const ofApplication = activeUser(pool)('APPLICATION_NOT_FOUND');

  legacy.get(
    '/applications/:id/documents',
    { ...ofApplication, schema: { params: Id, response: { 200: Type.Array(Document) } } },
    async (request) => {
      await find(pool, request, request.params.id);
      return await store.listDocuments(pool, request.params.id);
    },
  );

  legacy.post(
    '/applications/:id/documents',
    { ...ofApplication, schema: { params: Id, body: NewDocument, response: { 201: Document } } },
    async (request, reply) => {
      const document = await change(pool, request, (tx, row, about) =>
        commands.attachDocument(tx, events, row, request.body, about),
      );
      return await reply.code(201).send(document);
    },
  );
}

/** The caller's application of this id. */
async function find(pool: pg.Pool, request: FastifyRequest, id: number) {
  const found = await store.findApplication(pool, callerOf(request), id);
  if (!found) throw notFound();
  return found;
}

async function change<T>(
  pool: pg.Pool,
  request: FastifyRequest<{ Params: Id }>,
  work: Parameters<typeof inApplication<T>>[3],
): Promise<T> {
  const mine = { userId: callerOf(request), applicationId: request.params.id };
  return await inApplication(pool, mine, notFound, work);
}

function notFound(): ApiError {
  return new ApiError('APPLICATION_NOT_FOUND');
}
