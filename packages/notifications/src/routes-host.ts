import type { Access, KeyValueStore } from '@banyan/service';
import type pg from 'pg';
import type { Telling } from './delivery/telling.ts';
import type { Streams } from './feed/streams.ts';
import type { Says } from './says.ts';
import type { NotificationSystem, UserId } from './system.ts';

/** What every group of routes is given. */
export type RoutesHost = {
  pool: pg.Pool;
  /** Said again, since routes are described before there is any `telling`. */
  system: NotificationSystem;
  telling: Telling;
  access: Access<UserId>;
  /** Below the API: where they are. */
  own: string;
  says: Says;
  streams: Streams;
  limits: KeyValueStore;
};
