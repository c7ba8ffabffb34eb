import type pg from 'pg';
import type { requireUser, Settings } from './security.ts';

/** What every group of routes is given. */
export type Context = {
  pool: pg.Pool;
  settings: Settings;
  /** `onRequest` hook of routes that need a logged-in user. */
  authenticated: ReturnType<typeof requireUser>;
};
