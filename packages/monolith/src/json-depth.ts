import type { FastifyInstance } from 'fastify';

/** Deeper JSON overflows the stack of whoever walks it. */
const MAX_DEPTH = 500;

/** Refuses JSON bodies that are nested deeper than `MAX_DEPTH`. */
export function limitJsonDepth(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body as string;
    if (text.length > 2 * MAX_DEPTH && depthOf(text) > MAX_DEPTH)
      done(Object.assign(new Error('The body is nested too deeply'), { statusCode: 400 }));
    else parse(request, text, done);
  });
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
