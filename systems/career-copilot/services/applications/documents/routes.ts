import { Readable } from 'node:stream';
import { createBulkhead, type ServiceApp } from '@banyan/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  DocumentPath,
  Link,
  LinkPath,
  LinkQuery,
  NewLink,
  OfVersion,
  UploadedDocument,
  UploadQuery,
  Versions,
  VersionsQuery,
} from '../../../api/documents.ts';
import { ApplicationPath, TRACKING } from '../../../api/tracking.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { errors as applicationErrors } from '../decide.ts';
import { findApplication } from '../store.ts';
import * as commands from './commands.ts';
import { differs, downloadName } from './content.ts';
import { errors } from './errors.ts';
import { isGoodLink, signLink } from './links.ts';
import { receive } from './receive.ts';
import { checkReadable } from './scan.ts';
import * as store from './store.ts';

/** Uploads that one process takes at once, and that wait for it. */
const UPLOADS = { atOnce: 16, waiting: 64 };
const LINK_SECONDS = 300;
const FILE = {
  description: 'The file, to be saved and never to be shown in its place.',
  content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } },
};

/** Documents of applications: uploaded, listed by version, handed out, removed. */
export async function documentRoutes(app: ServiceApp, desk: commands.Desk): Promise<void> {
  const { pool, documents } = desk;
  const { config, onRequest } = activeUser(pool)('APPLICATION_NOT_FOUND');
  const ofUser = (...statuses: number[]) => ({
    onRequest,
    config: { ...config, errors: [...config.errors, ...statuses] },
  });
  const mine = (request: FastifyRequest<{ Params: { id: number } }>) => ({
    userId: callerOf(request),
    applicationId: request.params.id,
  });
  const findOwn = async (request: FastifyRequest<{ Params: { id: number } }>): Promise<void> => {
    if (!(await findApplication(pool, callerOf(request), request.params.id)))
      throw applicationErrors('APPLICATION_NOT_FOUND');
  };
  const find = async (request: FastifyRequest<{ Params: { id: number; documentId: number } }>) => {
    await findOwn(request);
    const found = await store.findDocument(pool, request.params.id, request.params.documentId);
    if (!found) throw errors('DOCUMENT_NOT_FOUND');
    return found;
  };
  const answer = async (reply: FastifyReply, applicationId: number, done: { id: number; isNew: boolean }) => {
    const found = await store.findDocument(pool, applicationId, done.id);
    return await reply.code(done.isNew ? 201 : 200).send(found!);
  };
  const handOut = async (reply: FastifyReply, found: UploadedDocument & { file: string | null }) => {
    checkReadable(found.scan, documents.isScanning);
    const body = await documents.files.get(found.file!);
    if (!body) throw new Error(`the file of a document is not in the store: ${found.file}`);
    return await reply.headers(headersOf(found)).send(body);
  };

  await app.register(async (uploads: ServiceApp) => {
    const atOnce = createBulkhead(UPLOADS);
    // The file is the body, whatever type it is said to be: nothing is parsed before it is on the disk.
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, body, done) => done(null, body));
    uploads.post(
      '/:id/documents',
      {
        ...ofUser(400, 409, 413, 415, 503),
        schema: {
          description:
            'The file is the body. What the application has already is answered with 200; what its user has uploaded before is the same version.',
          params: ApplicationPath,
          querystring: UploadQuery,
          response: { 200: UploadedDocument, 201: UploadedDocument },
        },
      },
      async (request, reply) => {
        await findOwn(request);
        const { name } = request.query;
        const body = request.body instanceof Readable ? request.body : Readable.from([]);
        if (Number(request.headers['content-length'] ?? 0) > documents.mostBytes)
          throw errors('DOCUMENT_TOO_LARGE', { fields: { most_bytes: documents.mostBytes } });
        const done = await atOnce(() =>
          receive(body, documents.mostBytes, async (received) => {
            const { type } = received;
            if (type === undefined) throw errors('TYPE_REFUSED');
            if (differs(type, { name, contentType: request.headers['content-type'] }))
              throw errors('TYPE_DIFFERS', { fields: { content_type: type } });
            return await commands.upload(desk, mine(request), request.query, { ...received, type });
          }),
        );
        return await answer(reply, request.params.id, done);
      },
    );
  });

  app.post(
    '/:id/documents/from-version',
    {
      ...ofUser(),
      schema: {
        description: 'Attaches what its user has uploaded before, with this application or another one.',
        params: ApplicationPath,
        body: OfVersion,
        response: { 200: UploadedDocument, 201: UploadedDocument },
      },
    },
    async (request, reply) =>
      await answer(reply, request.params.id, await commands.attachVersion(desk, mine(request), request.body)),
  );

  app.get(
    '/:id/documents',
    { ...ofUser(), schema: { params: ApplicationPath, response: { 200: Type.Array(UploadedDocument) } } },
    async (request) => {
      await findOwn(request);
      return await store.listOfApplication(pool, request.params.id);
    },
  );

  app.get(
    '/:id/documents/:documentId/content',
    { ...ofUser(403, 409), schema: { params: DocumentPath, response: { 200: FILE } } },
    async (request, reply) => await handOut(reply, await find(request)),
  );

  app.post(
    '/:id/documents/:documentId/link',
    {
      ...ofUser(403, 409),
      schema: {
        description: 'An address by which anybody gets the file, without a login, for a while.',
        params: DocumentPath,
        body: NewLink,
        response: { 200: Link },
      },
    },
    async (request) => {
      const { id: documentId, file, scan } = await find(request);
      checkReadable(scan, documents.isScanning);
      const expires = Math.floor(Date.now() / 1_000) + (request.body.seconds ?? LINK_SECONDS);
      const signature = signLink(documents.signatures, { method: 'GET', documentId, file: file!, expires });
      return {
        url: `${TRACKING}/documents/${documentId}/file?expires=${expires}&signature=${signature}`,
        expires_at: new Date(expires * 1_000),
      };
    },
  );

  app.delete(
    '/:id/documents/:documentId',
    { ...ofUser(), schema: { params: DocumentPath, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await commands.remove(desk, mine(request), request.params.documentId);
      return await reply.code(204).send(null);
    },
  );

  app.get(
    '/documents/versions',
    {
      ...ofUser(),
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

  app.get(
    '/documents/:documentId/file',
    {
      exposeHeadRoute: false,
      config: { allow: 'everybody', errors: [403, 409] },
      schema: {
        description: 'By a signed link.',
        params: LinkPath,
        querystring: LinkQuery,
        response: { 200: FILE },
      },
    },
    async (request, reply) => {
      const { expires, signature } = request.query;
      const found = await store.findByLink(pool, request.params.documentId);
      // That there is no such document is nothing that a stranger is told.
      const linked = {
        method: request.method,
        documentId: request.params.documentId,
        file: found?.file ?? '',
        expires,
      };
      const isGood = isGoodLink(documents.signatures, linked, signature, new Date());
      if (!found || !isGood) throw errors('LINK_INVALID');
      return await handOut(reply, found);
    },
  );
}

/** No browser takes it for a page: it is saved, its type is not guessed, and if it were shown all the same, no script of it would run. */
function headersOf({
  name,
  content_type: type,
  size_bytes: bytes,
}: UploadedDocument): Record<string, string> {
  const offered = downloadName(name, type);
  const plain = offered.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(offered.toWellFormed()).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return {
    'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    'content-length': String(bytes),
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
  };
}
