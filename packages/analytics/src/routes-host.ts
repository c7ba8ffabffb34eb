import type { Access } from '@banyan/service';
import type pg from 'pg';
import type { Says } from './says.ts';
import type { AnalyticsSystem, Moments, UserId } from './system.ts';

/** What every group of routes is given. */
export type RoutesHost = {
  pool: pg.Pool;
  system: AnalyticsSystem;
  access: Access<UserId>;
  /** Below the API: where they are. */
  own: string;
  says: Says;
  /** What has happened to somebody. */
  momentsOf(userId: UserId): Moments | Promise<Moments>;
  /** What has happened to all; null: it is not calculated yet. */
  momentsOfAll(): Moments | null;
};
