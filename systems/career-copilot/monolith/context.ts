import type { Sessions, Settings } from '@banyan/monolith';
import type { RouteShorthandOptions } from 'fastify';
import type pg from 'pg';
import { type ApiErrorCode, statusesOf } from '../kit/legacy-errors.ts';
import type { requireUser } from './security.ts';

/** What every group of routes is given. */
export type Context = {
  pool: pg.Pool;
  settings: Settings;
  sessions: Sessions;
  /** Options of a route for logged-in users only, with the errors that it may answer by itself. */
  ofUser: (...errors: ApiErrorCode[]) => Pick<RouteShorthandOptions, 'onRequest' | 'config'>;
};

export function contextOf(
  pool: pg.Pool,
  settings: Settings,
  sessions: Sessions,
  authenticated: ReturnType<typeof requireUser>,
): Context {
  return {
    pool,
    settings,
    sessions,
    ofUser: (...errors) => ({
      onRequest: authenticated,
      config: { errors: statusesOf('NOT_AUTHENTICATED', 'INACTIVE_USER', ...errors) },
    }),
  };
}
