import { Readable } from 'node:stream';
import { createBulkhead, type ServiceApp } from '@banyan/service';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { OfVersion, UploadedDocument, UploadQuery } from '../../../api/documents.ts';
import { ApplicationPath } from '../../../api/tracking.ts';
import * as commands from './commands.ts';
import { differs } from './content.ts';
import { errors } from './errors.ts';
import { mineOf, ownDocuments } from './own.ts';
import { receive } from './receive.ts';
import { findDocument } from './store.ts';

/** Uploads that one process takes at once, and that wait for it. */
const UPLOADS = { atOnce: 16, waiting: 64 };

/** A document comes to an application: as a file, or as a version that its user has uploaded before. */
export async function uploadRoutes(app: ServiceApp, desk: commands.Desk): Promise<void> {
  const { pool, documents } = desk;
  const own = ownDocuments(pool);

  await app.register(async (uploads: ServiceApp) => {
    const atOnce = createBulkhead(UPLOADS);
    // The file is the body, whatever type it is said to be: nothing is parsed before it is on the disk.
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, body, done) => done(null, body));
    uploads.post(
      '/:id/documents',
      {
        ...own.allowing(400, 408, 409, 413, 415, 503),
        schema: {
          description:
            'The file is the body. What the application has already is answered with 200; what its user has uploaded before is the same version.',
          params: ApplicationPath,
          querystring: UploadQuery,
          response: { 200: UploadedDocument, 201: UploadedDocument },
        },
      },
      async (request, reply) => {
        await own.demand(request);
        const { name } = request.query;
        const body = request.body instanceof Readable ? request.body : Readable.from([]);
        if (Number(request.headers['content-length'] ?? 0) > documents.mostBytes)
          throw errors('DOCUMENT_TOO_LARGE', { fields: { most_bytes: documents.mostBytes } });
        const done = await atOnce(() =>
          receive(body, documents, async (received) => {
            const { type } = received;
            if (type === undefined) throw errors('TYPE_REFUSED');
            if (differs(type, { name, contentType: request.headers['content-type'] }))
              throw errors('TYPE_DIFFERS', { fields: { content_type: type } });
            return await commands.upload(desk, mineOf(request), request.query, { ...received, type });
          }),
        );
        return await answer(reply, pool, request.params.id, done);
      },
    );
  });

  app.post(
    '/:id/documents/from-version',
    {
      ...own.allowing(),
      schema: {
        description: 'Attaches what its user has uploaded before, with this application or another one.',
        params: ApplicationPath,
        body: OfVersion,
        response: { 200: UploadedDocument, 201: UploadedDocument },
      },
    },
    async (request, reply) =>
      await answer(
        reply,
        pool,
        request.params.id,
        await commands.attachVersion(desk, mineOf(request), request.body),
      ),
  );
}

async function answer(
  reply: FastifyReply,
  pool: pg.Pool,
  applicationId: number,
  { id, isNew }: { id: number; isNew: boolean },
): Promise<FastifyReply> {
  return await reply.code(isNew ? 201 : 200).send((await findDocument(pool, applicationId, id))!);
}
