import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type pg from 'pg';
import { withErrors } from './declared-errors.ts';
import { limitJsonDepth } from './json-depth.ts';

export type Answer = { status: number; headers: Record<string, string>; body: unknown };

export type AppOptions = {
  /** Default: nothing is logged. */
  logLevel?: string | undefined;
  /** What is answered to anything thrown by a request for `path`. Those from 500 on are logged. */
  answer: (error: unknown, path: string) => Answer;
};

/** An application without routes. The caller listens and closes. */
export function createApp({ logLevel = 'silent', answer }: AppOptions): FastifyInstance {
  const app = Fastify({
    logger: { level: logLevel },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1_048_576,
    // A query may say Infinity: with strict numbers Ajv would not hold it against a maximum.
    ajv: { customOptions: { strictNumbers: false } },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  limitJsonDepth(app);
  app.setErrorHandler(async (error, request, reply) => {
    const { status, headers, body } = answer(error, request.url.split('?', 1)[0]!);
    if (status >= 500) request.log.error(error);
    return await reply.code(status).headers(headers).send(body);
  });
  return app;
}

export type Description = {
  title: string;
  /** Of the answer to a request that does not match its schema. */
  invalidStatus: number;
};

/** Has an application describe the routes that come after this call (`/openapi.json`), and say that it is well (`/health`). */
export async function describeItself(
  app: FastifyInstance,
  pool: pg.Pool,
  { title, invalidStatus }: Description,
): Promise<void> {
  await app.register(swagger, {
    openapi: { info: { title, version: '1.0.0' } },
    transform: ({ schema, url, route }) => ({
      schema: withErrors(schema, invalidStatus, route.config?.errors),
      url,
    }),
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.get('/health', { schema: { hide: true } }, async () => {
    await pool.query('SELECT 1');
    return { status: 'healthy' };
  });
}
