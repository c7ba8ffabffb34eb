import type { FastifyInstance } from 'fastify';

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

/** Counts brackets outside of strings; a short text needs no counting. */
function isDeeper(text: string, limit: number): boolean {
  if (text.length <= 2 * limit) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > limit) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

function tooDeep(): Error {
  return Object.assign(new Error(`The body is nested deeper than ${MAX_DEPTH} levels`), { statusCode: 400 });
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
