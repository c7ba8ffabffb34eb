import { transaction, UNIQUE_VIOLATION } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { type Static, Type } from 'typebox';
import {
  Application,
  ApplicationQuery,
  type ApplicationStatus,
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
import { ApiError } from '../../kit/legacy-errors.ts';
import type { Context } from '../context.ts';
import { currentUser } from '../security.ts';

export function applicationRoutes(app: FastifyInstance, { pool, ofUser }: Context): void {
  app.post<{ Body: Static<typeof NewApplication> }>(
    '/applications',
    {
      ...ofUser('JOB_NOT_FOUND', 'ALREADY_APPLIED', 'APPLICATION_NOT_FOUND'),
      schema: { body: NewApplication, response: { 201: Application } },
    },
    async (request, reply) => {
      const user = currentUser(request);
      const { job_id, status = 'applied', cover_letter = null } = request.body;
      const job = await pool.query('SELECT 1 FROM jobs WHERE id = $1 AND is_active', [job_id]);
      if (job.rowCount === 0) throw new ApiError('JOB_NOT_FOUND');
      const id = await transaction(pool, async (client) => {
        const { rows } = await client.query<{ id: number }>(
          `INSERT INTO applications (user_id, job_id, status, cover_letter, applied_at)
           VALUES ($1, $2, $3, $4, CASE WHEN $3::varchar = 'applied' THEN now() END) RETURNING id`,
          [user.id, job_id, status, cover_letter],
        );
        const created = rows[0]!.id;
        await addToTimeline(client, created, null, status, null);
        return created;
      }).catch((error: pg.DatabaseError) => {
        throw error.code === UNIQUE_VIOLATION ? new ApiError('ALREADY_APPLIED') : error;
      });
      return await reply.code(201).send(await find(pool, user.id, id));
    },
  );

  app.get<{ Querystring: Static<typeof ApplicationQuery> }>(
    '/applications',
    {
      ...ofUser(),
      schema: { querystring: ApplicationQuery, response: { 200: Page('applications', Application) } },
    },
    async (request) => {
      const { status = null, page, limit } = request.query;
      const mine = [currentUser(request).id, status];
      const [rows, total] = await Promise.all([
        pool.query(
          `${SELECT} AND ($2::text IS NULL OR status = $2)
           ORDER BY applications.created_at DESC, applications.id DESC LIMIT $3 OFFSET $4`,
          [...mine, limit, (page - 1) * limit],
        ),
        pool.query<{ count: number }>(
          `SELECT count(*)::int AS count FROM applications
           WHERE user_id = $1 AND ($2::text IS NULL OR status = $2)`,
          mine,
        ),
      ]);
      return paged('applications', rows.rows, total.rows[0]?.count ?? 0, request.query);
    },
  );

  app.get<{ Params: Id }>(
    '/applications/:id',
    { ...ofUser('APPLICATION_NOT_FOUND'), schema: { params: Id, response: { 200: Application } } },
    async (request) => await find(pool, currentUser(request).id, request.params.id),
  );

  app.patch<{ Params: Id; Body: Static<typeof StatusChange> }>(
    '/applications/:id/status',
    {
      ...ofUser('APPLICATION_NOT_FOUND', 'BAD_TRANSITION'),
      schema: { params: Id, body: StatusChange, response: { 200: Application } },
    },
    async (request) => {
      const user = currentUser(request);
      const { id } = request.params;
      const { status: to, note = null } = request.body;
      await transaction(pool, async (client) => {
        const { rows } = await client.query<{ status: ApplicationStatus }>(
          'SELECT status FROM applications WHERE id = $1 AND user_id = $2 FOR UPDATE',
          [id, user.id],
        );
        const from = rows[0]?.status;
        if (!from) throw new ApiError('APPLICATION_NOT_FOUND');
        if (!mayMove(from, to)) throw new ApiError('BAD_TRANSITION');
        await client.query(
          `UPDATE applications SET status = $2, updated_at = now(),
             applied_at = CASE WHEN $2::varchar = 'applied' THEN now() ELSE applied_at END WHERE id = $1`,
          [id, to],
        );
        await addToTimeline(client, id, from, to, note);
        await client.query(
          `INSERT INTO notifications (user_id, kind, title, body) VALUES ($1, 'status_changed', $2, $3)`,
          [user.id, 'Application updated', `Your application moved from ${from} to ${to}.`],
        );
      });
      return await find(pool, user.id, id);
    },
  );

  app.get<{ Params: Id }>(
    '/applications/:id/timeline',
    {
      ...ofUser('APPLICATION_NOT_FOUND'),
      schema: { params: Id, response: { 200: Type.Array(TimelineEntry) } },
    },
    async (request) => {
      await find(pool, currentUser(request).id, request.params.id);
      const { rows } = await pool.query(
        `SELECT id, from_status, to_status, note, created_at FROM application_timeline
         WHERE application_id = $1 ORDER BY created_at, id`,
        [request.params.id],
      );
      return rows;
    },
  );

  app.get<{ Params: Id }>(
    '/applications/:id/notes',
    { ...ofUser('APPLICATION_NOT_FOUND'), schema: { params: Id, response: { 200: Type.Array(Note) } } },
    async (request) => {
      await find(pool, currentUser(request).id, request.params.id);
      const { rows } = await pool.query(
        `SELECT id, body, is_private, created_at FROM application_notes
         WHERE application_id = $1 ORDER BY created_at, id`,
        [request.params.id],
      );
      return rows;
    },
  );

  app.post<{ Params: Id; Body: Static<typeof NewNote> }>(
    '/applications/:id/notes',
    { ...ofUser('APPLICATION_NOT_FOUND'), schema: { params: Id, body: NewNote, response: { 201: Note } } },
    async (request, reply) => {
      await find(pool, currentUser(request).id, request.params.id);
      const { rows } = await pool.query(
        `INSERT INTO application_notes (application_id, body, is_private) VALUES ($1, $2, $3)
         RETURNING id, body, is_private, created_at`,
        [request.params.id, request.body.body, request.body.is_private ?? false],
      );
      return await reply.code(201).send(rows[0]);
    },
  );

  app.get<{ Params: Id }>(
    '/applications/:id/documents',
    { ...ofUser('APPLICATION_NOT_FOUND'), schema: { params: Id, response: { 200: Type.Array(Document) } } },
    async (request) => {
      await find(pool, currentUser(request).id, request.params.id);
      const { rows } = await pool.query(
        `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE application_id = $1 ORDER BY created_at, id`,
        [request.params.id],
      );
      return rows;
    },
  );

  app.post<{ Params: Id; Body: Static<typeof NewDocument> }>(
    '/applications/:id/documents',
    {
      ...ofUser('APPLICATION_NOT_FOUND'),
      schema: { params: Id, body: NewDocument, response: { 201: Document } },
    },
    async (request, reply) => {
      const user = currentUser(request);
      await find(pool, user.id, request.params.id);
      const { name, kind, url, content_type, size_bytes } = request.body;
      const { rows } = await pool.query(
        `INSERT INTO documents (user_id, application_id, name, kind, url, content_type, size_bytes)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${DOCUMENT_COLUMNS}`,
        [user.id, request.params.id, name, kind, url, content_type, size_bytes],
      );
      return await reply.code(201).send(rows[0]);
    },
  );
}

const DOCUMENT_COLUMNS = 'id, application_id, name, kind, url, content_type, size_bytes, created_at';

const SELECT = `SELECT applications.id, job_id, jobs.title AS job_title, companies.name AS company_name, status,
    cover_letter, applied_at, applications.created_at, applications.updated_at
  FROM applications JOIN jobs ON jobs.id = job_id JOIN companies ON companies.id = company_id
  WHERE user_id = $1`;

/** Somebody else's application is not found, so that ids tell nothing. */
async function find(pool: pg.Pool, userId: number, id: number): Promise<unknown> {
  const { rows } = await pool.query(`${SELECT} AND applications.id = $2`, [userId, id]);
  if (!rows[0]) throw new ApiError('APPLICATION_NOT_FOUND');
  return rows[0];
}

async function addToTimeline(
  client: pg.PoolClient,
  applicationId: number,
  from: string | null,
  to: string,
  note: string | null,
): Promise<void> {
  await client.query(
    'INSERT INTO application_timeline (application_id, from_status, to_status, note) VALUES ($1, $2, $3, $4)',
    [applicationId, from, to, note],
  );
}
