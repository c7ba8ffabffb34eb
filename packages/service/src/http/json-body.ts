import type { FastifyInstance } from 'fastify';
import { isDeeper } from './json-depth.ts';

/** Deeper JSON overflows the stack of whoever walks it, here, in PostgreSQL or behind. */
const MAX_DEPTH = 500;

/** Refuses JSON bodies that are nested deeper than `MAX_DEPTH`, before they are parsed, with 400. */
export function limitJsonDepth(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (isDeeper(body as string, MAX_DEPTH)) done(tooDeep());
    else parse(request, body as string, done);
  });
}

function tooDeep(): Error {
  return Object.assign(new Error(`The body is nested deeper than ${MAX_DEPTH} levels`), { statusCode: 400 });
}
