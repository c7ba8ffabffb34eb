import type pg from 'pg';
import { EventStoreError } from '../store/errors.ts';
import type { RecordedEvent } from '../store/types.ts';
import { findBuilds } from './builds.ts';
import type { Projection } from './define.ts';

/**
 * Writes what just-appended events mean into inline projections, in the same transaction.
 *
 * Runs after the INSERT, which has locked the events table: a build goes live under a lock that waits for all who append and
 * keeps others out, so what is seen here holds until the end of this transaction. Of a build that is not live yet the
 * projector takes care.
 */
export async function applyInline(
  tx: pg.ClientBase,
  projections: readonly Projection[],
  events: readonly RecordedEvent[],
): Promise<void> {
  for (const projection of projections) {
    const wanted = eventsFor(projection, events);
    if (wanted.length === 0 || !projection.apply) continue;
    const builds = await findBuilds(tx, projection);
    const live = builds.find(({ state }) => state === 'live');
    if (live) await projection.apply(wanted, tx, live.tables);
    else if (builds.length === 0) await checkNotRetired(tx, projection);
  }
}

function eventsFor({ types }: Projection, events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  return types ? events.filter(({ type }) => types.includes(type)) : events;
}

/** An older version's process would leave the newer one's tables without its events. */
async function checkNotRetired(tx: pg.ClientBase, { name, version }: Projection): Promise<void> {
  const { rows } = await tx.query<{ version: number }>(
    `SELECT version FROM banyan_events.projections WHERE name = $1 AND state = 'live' AND version > $2`,
    [name, version],
  );
  if (rows[0])
    throw new EventStoreError('PROJECTION_RETIRED', {
      projection: name,
      ours: version,
      live: rows[0].version,
    });
}
