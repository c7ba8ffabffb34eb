import { createApp, describeItself, Overloaded, type Settings, sessionsOf } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { API } from '../api/common.ts';
import { ApiError, problemOf } from '../kit/problems.ts';
import { LEGACY_ISSUER } from '../kit/tokens.ts';
import { contextOf } from './context.ts';
import { everyMinute } from './every-minute.ts';
import { paymentDouble } from './payments/double.ts';
import type { PaymentProvider } from './payments/provider.ts';
import { completePending } from './payments/purchases.ts';
import { analyticsRoutes } from './routes/analytics.ts';
import { authRoutes } from './routes/auth.ts';
import { bookingRoutes } from './routes/bookings.ts';
import { creditRoutes } from './routes/credits.ts';
import { disputeRoutes } from './routes/disputes.ts';
import { matchRoutes } from './routes/matches.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { paymentRoutes } from './routes/payments.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { skillRoutes } from './routes/skills.ts';
import { userRoutes } from './routes/users.ts';
import { closeOverdue } from './sessions/moves.ts';
import { settleDue } from './sessions/settlements.ts';

export type MonolithOptions = {
  /** Default: nothing is logged. */
  logLevel?: string;
  /** Default: a double that moves no money. */
  payments?: PaymentProvider;
  /** ms since 1970. Default: the machine's. */
  clock?: () => number;
  /** Connections for what it does by itself, ended with the application. Default: those of everything else. */
  jobs?: pg.Pool;
};

/** The whole legacy application on one database. The caller listens and closes. */
export async function createMonolith(
  pool: pg.Pool,
  settings: Settings,
  { logLevel, payments = paymentDouble(), clock = Date.now, jobs }: MonolithOptions = {},
): Promise<FastifyInstance> {
  const app = createApp({
    logLevel,
    answer: (error, path) =>
      problemOf(error instanceof Overloaded ? new ApiError('OVERLOADED') : error, path),
  });
  app.decorateRequest('currentUser', null);
  app.setNotFoundHandler(async () => {
    throw new ApiError('NOT_FOUND');
  });
  await describeItself(app, pool, { title: 'SkillSwap', invalidStatus: 400 });
  const sessions = sessionsOf(LEGACY_ISSUER, settings);
  const context = contextOf({ pool, settings, sessions, payments, clock });
  await app.register(
    async (api) => {
      authRoutes(api, context);
      userRoutes(api, context);
      skillRoutes(api, context);
      matchRoutes(api, context);
      bookingRoutes(api, context);
      sessionRoutes(api, context);
      disputeRoutes(api, context);
      creditRoutes(api, context);
      paymentRoutes(api, context);
      notificationRoutes(api, context);
      analyticsRoutes(api, context);
    },
    { prefix: API },
  );
  const own = jobs ?? pool;
  everyMinute(
    app,
    async () => {
      await closeOverdue(own, clock());
      await settleDue(own, clock());
      await completePending(own, payments, clock());
    },
    () => jobs?.end(),
  );
  return app;
}
