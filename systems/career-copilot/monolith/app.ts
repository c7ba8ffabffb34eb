import { limitJsonDepth, Overloaded, withErrors } from '@banyan/monolith';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type pg from 'pg';
import { API } from '../api/common.ts';
import { ApiError, legacyAnswer, NOT_FOUND } from '../kit/legacy-errors.ts';
import { serveWeb } from '../web/server/serve-web.ts';
import { contextOf } from './context.ts';
import { analyticsRoutes } from './routes/analytics.ts';
import { applicationRoutes } from './routes/applications.ts';
import { authRoutes } from './routes/auth.ts';
import { jobRoutes } from './routes/jobs.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { userRoutes } from './routes/users.ts';
import { requireUser, type Settings } from './security.ts';

export type MonolithOptions = {
  logLevel?: string;
  /** The folder of its built front end, and the API that this one's sessions are of. Default: it has none. */
  web?: { folder: string; apiUrl?: string };
};

/** The whole legacy application on one database. The caller listens and closes. */
export async function createMonolith(
  pool: pg.Pool,
  settings: Settings,
  { logLevel = 'silent', web }: MonolithOptions = {},
): Promise<FastifyInstance> {
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
  app.decorateRequest('user', null);
  app.setErrorHandler(async (error, request, reply) => {
    const { status, headers, body } = legacyAnswer(
      error instanceof Overloaded ? new ApiError('OVERLOADED') : error,
    );
    if (status >= 500) request.log.error(error);
    return await reply.code(status).headers(headers).send(body);
  });
  const { refreshTokenDays } = settings;
  const page = web && (await serveWeb(app, { ...web, refreshTokenDays }));
  app.setNotFoundHandler(
    async (request, reply) =>
      await (page?.(request, reply) ?? reply.code(NOT_FOUND.status).send(NOT_FOUND.body)),
  );

  await app.register(swagger, {
    openapi: { info: { title: 'Career Copilot', version: '1.0.0' } },
    transform: ({ schema, url, route }) => ({ schema: withErrors(schema, route.config?.errors), url }),
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.get('/health', { schema: { hide: true } }, async () => {
    await pool.query('SELECT 1');
    return { status: 'healthy' };
  });

  const context = contextOf(pool, settings, requireUser(pool, settings));
  await app.register(
    async (api) => {
      authRoutes(api, context);
      userRoutes(api, context);
      jobRoutes(api, context);
      applicationRoutes(api, context);
      analyticsRoutes(api, context);
      notificationRoutes(api, context);
    },
    { prefix: API },
  );
  return app;
}
