import type { ServiceApp } from '@banyan/service';
import { DocumentPath, Link, LinkPath, LinkQuery, NewLink } from '../../../api/documents.ts';
import { TRACKING } from '../../../api/tracking.ts';
import type { Desk } from './commands.ts';
import { errors } from './errors.ts';
import { FILE, handOut } from './hand-out.ts';
import { ownDocuments } from './own.ts';
import { checkReadable } from './scan.ts';
import { findByLink } from './store.ts';

const LINK_SECONDS = 300;

/** Documents for whoever has been given their address. */
export function linkRoutes(app: ServiceApp, { pool, documents }: Desk): void {
  const own = ownDocuments(pool);

  app.post(
    '/:id/documents/:documentId/link',
    {
      ...own.allowing(403, 409),
      schema: {
        description: 'An address by which anybody gets the file, without a login, for a while.',
        params: DocumentPath,
        body: NewLink,
        response: { 200: Link },
      },
    },
    async (request) => {
      const { id: documentId, file, scan } = await own.find(request);
      checkReadable(scan, documents.isScanning);
      const expires = Math.floor(Date.now() / 1_000) + (request.body.seconds ?? LINK_SECONDS);
      const query = documents.links.queryOf(linked('GET', documentId, file!), expires);
      return {
        url: `${TRACKING}/documents/${documentId}/file?${query}`,
        expires_at: new Date(expires * 1_000),
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
      const { documentId } = request.params;
      const found = await findByLink(pool, documentId);
      // That there is no such document is nothing that a stranger is told.
      const what = linked(request.method, documentId, found?.file ?? '');
      const isGood = documents.links.isGood(what, request.query, new Date());
      if (!found || !isGood) throw errors('LINK_INVALID');
      return await handOut(reply, documents, found);
    },
  );
}

/** What a link is good for: one document in one state, by one method. */
function linked(method: string, documentId: number, file: string): string {
  return `${method} ${documentId} ${file}`;
}
