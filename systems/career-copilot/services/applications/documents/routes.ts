import type { ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { DocumentPath, UploadedDocument, Versions, VersionsQuery } from '../../../api/documents.ts';
import { ApplicationPath } from '../../../api/tracking.ts';
import { callerOf } from '../../../kit/active-user.ts';
import * as commands from './commands.ts';
import { FILE, handOut } from './hand-out.ts';
import { linkRoutes } from './link-routes.ts';
import { mineOf, ownDocuments } from './own.ts';
import * as store from './store.ts';
import { uploadRoutes } from './upload-routes.ts';

/** Documents of applications: uploaded, listed by version, handed out, removed. */
export async function documentRoutes(app: ServiceApp, desk: commands.Desk): Promise<void> {
  await uploadRoutes(app, desk);
  keptRoutes(app, desk);
  linkRoutes(app, desk);
}

/** What is kept of documents, for their user. */
function keptRoutes(app: ServiceApp, desk: commands.Desk): void {
  const { pool, documents } = desk;
  const own = ownDocuments(pool);

  app.get(
    '/:id/documents',
    {
      ...own.allowing(),
      schema: { params: ApplicationPath, response: { 200: Type.Array(UploadedDocument) } },
    },
    async (request) => {
      await own.demand(request);
      return await store.listOfApplication(pool, request.params.id);
    },
  );

  app.get(
    '/:id/documents/:documentId/content',
    { ...own.allowing(403, 409), schema: { params: DocumentPath, response: { 200: FILE } } },
    async (request, reply) => await handOut(reply, documents, await own.find(request)),
  );

  app.delete(
    '/:id/documents/:documentId',
    { ...own.allowing(), schema: { params: DocumentPath, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await commands.remove(desk, mineOf(request), request.params.documentId);
      return await reply.code(204).send(null);
    },
  );

  app.get(
    '/documents/versions',
    {
      ...own.allowing(),
      schema: {
        description: 'All that somebody has uploaded, and with which applications it was sent.',
        querystring: VersionsQuery,
        response: { 200: Versions },
      },
    },
    async (request) => {
      const userId = callerOf(request);
      return {
        items: await store.listVersions(pool, userId, request.query.kind),
        used_bytes: await store.usedBytes(pool, userId),
        quota_bytes: documents.quotaBytes,
      };
    },
  );
}
