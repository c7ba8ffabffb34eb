import { createApp, describeItself, Overloaded, type Settings, sessionsOf } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { API } from '../api/common.ts';
import { ApiError, legacyAnswer, NOT_FOUND } from '../kit/legacy-errors.ts';
import { LEGACY_ISSUER } from '../kit/tokens.ts';
import { serveWeb } from '../web/server/serve-web.ts';
import { contextOf } from './context.ts';
import { analyticsRoutes } from './routes/analytics.ts';
import { applicationRoutes } from './routes/applications.ts';
import { authRoutes } from './routes/auth.ts';
import { jobRoutes } from './routes/jobs.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { userRoutes } from './routes/users.ts';
import { requireUser } from './security.ts';

export type MonolithOptions = {
  logLevel?: string;
  /** The folder of its built front end, and the API that this one's sessions are of. Default: it has none. */
  web?: { folder: string; apiUrl?: string };
};

/** The whole legacy application on one database. The caller listens and closes. */
export async function createMonolith(
  pool: pg.Pool,
  settings: Settings,
  { logLevel, web }: MonolithOptions = {},
): Promise<FastifyInstance> {
  const app = createApp({
    logLevel,
    answer: (error) => legacyAnswer(error instanceof Overloaded ? new ApiError('OVERLOADED') : error),
  });
  app.decorateRequest('user', null);
  const { refreshTokenDays } = settings;
  const page = web && (await serveWeb(app, { ...web, refreshTokenDays }));
  app.setNotFoundHandler(
    async (request, reply) =>
      await (page?.(request, reply) ?? reply.code(NOT_FOUND.status).send(NOT_FOUND.body)),
  );

  await describeItself(app, pool, { title: 'Career Copilot', invalidStatus: 422 });
  const sessions = sessionsOf(LEGACY_ISSUER, settings);
  const context = contextOf(pool, settings, sessions, requireUser(pool, sessions));
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
