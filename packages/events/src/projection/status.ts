import type { Queryable } from '@banyan/postgres';
import type { Role } from './runner.ts';
import type { Skipped } from './skip.ts';

export type ProjectionStatus = {
  name: string;
  version: number;
  /** Counts each time that the tables are made anew. */
  build: number;
  state: 'building' | 'live';
  mode: 'async' | 'inline';
  /** What this process does for it; undefined if it does not know this version. */
  role?: Role;
  position: number;
  /** Events after `position` (above 10,000: positions, holes included). */
  lagEvents: number;
  /** Age of the oldest event that is not in it, in milliseconds. */
  lagMs: number;
  error?: string;
  /** Position of the event at which it has stopped. */
  failedAt?: number;
  /** Events that it goes without, if any. */
  skipped?: Skipped[];
};

/** Every build in the database, as the database alone tells it. */
export async function builtStatus(db: Queryable): Promise<ProjectionStatus[]> {
  const { rows } = await db.query<StatusRow>(STATUS);
  return rows.map(({ error, position, failed_position, lag_events, lag_ms, skipped, ...row }) => ({
    ...row,
    position: Number(position),
    lagEvents: Number(lag_events),
    lagMs: Math.max(0, Math.round(Number(lag_ms))),
    ...(error !== null && { error }),
    ...(failed_position !== null && { failedAt: Number(failed_position) }),
    ...(skipped && { skipped: skipped.map((each) => ({ ...each, at: new Date(each.at).toISOString() })) }),
  }));
}

type StatusRow = Pick<ProjectionStatus, 'name' | 'version' | 'build' | 'state' | 'mode'> & {
  failed_position: string | null;
  skipped: Skipped[] | null;
  position: string;
  lag_events: string;
  lag_ms: string;
  error: string | null;
};

const STATUS = `
  SELECT p.name, p.version, p.build, p.state, p.mode, p.error, p.failed_position, at_position AS position,
         (SELECT jsonb_agg(jsonb_build_object('position', s.position, 'error', s.error, 'who', s.who, 'note', s.note, 'at', s.at)
                           ORDER BY s.position)
          FROM banyan_events.projection_skips s WHERE s.name = p.name AND s.version = p.version) AS skipped,
         CASE WHEN near.count > 10000 THEN last.position - at_position ELSE near.count END AS lag_events,
         coalesce(extract(epoch FROM clock_timestamp() - next.at) * 1000, 0) AS lag_ms
  FROM banyan_events.projections p
  CROSS JOIN LATERAL (SELECT coalesce(max(position), 0) AS position FROM banyan_events.events) last
  CROSS JOIN LATERAL (SELECT CASE WHEN p.mode = 'inline' AND p.state = 'live' THEN greatest(last.position, p.position)
                             ELSE p.position END AS at_position) here
  CROSS JOIN LATERAL (SELECT count(*) FROM (
    SELECT 1 FROM banyan_events.events WHERE position > at_position LIMIT 10001) n) near
  LEFT JOIN LATERAL (SELECT at FROM banyan_events.events WHERE position > at_position ORDER BY position LIMIT 1) next ON true
  ORDER BY p.name, p.build`;
