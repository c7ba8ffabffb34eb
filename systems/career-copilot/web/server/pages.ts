import { sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OF_ASSETS, OF_PAGES } from './headers.ts';

/** Sends the page if that is what was asked for; null: it was not. */
export type AnswerWithPage = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | null;

const PAGE = 'index.html';
const ASSETS = `${sep}assets${sep}`;

/**
 * Serves the files of `folder` under their names (those beside them that end with .br or .gz to whoever takes them), and returns what
 * answers with the page where no route of the application does: one page, whose router reads the rest of the path.
 */
export async function pages(app: FastifyInstance, folder: string): Promise<AnswerWithPage> {
  await app.register(fastifyStatic, {
    root: folder,
    // A route for each file that is there: whatever else is asked for is answered as it was before.
    wildcard: false,
    globIgnore: ['**/*.{br,gz}'],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => void reply.headers(path.includes(ASSETS) ? OF_ASSETS : OF_PAGES),
  });
  return (request, reply) => (isForPage(request) ? reply.code(200).sendFile(PAGE) : null);
}

/** A person's browser that opens an address: API, assets and files are none that a page could have. */
function isForPage({ method, url, headers }: Pick<FastifyRequest, 'method' | 'url' | 'headers'>): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  return /\btext\/html\b/.test(headers.accept ?? '') && !NO_PAGE.test(url);
}

const NO_PAGE = /^\/+(api|assets|session|health|openapi\.json|\.well-known)([/?#]|$)|^[^?#]*\.\w+([?#]|$)/;
