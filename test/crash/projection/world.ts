import { defineProjection, type EventStore, type Projection } from '@banyan/events';
import { createEventStore } from '@banyan/events/machinery';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';

export type World = { pool: pg.Pool; store: EventStore; append(): Promise<number>; close(): Promise<void> };

export async function openWorld(url: string): Promise<World> {
  const pool = createPool(url, { max: 8 });
  const store = await createEventStore({ pool });
  let appended = 0;
  return {
    pool,
    store,
    async append() {
      const event = { type: appended % 3 === 0 ? 'Noticed' : 'Ignored', data: { n: appended++ } };
      return (await store.append(`s-${appended % 5}`, [event, event], { expectedVersion: 'any' })).position;
    },
    close: () => pool.end(),
  };
}

/** Keeps every event that it is given, and how many: applied twice, not at all, or out of order, it shows. */
export function keeper(name: string): Projection {
  return defineProjection({
    name,
    version: 1,
    schema: `CREATE TABLE ${name}_seen (nth bigint GENERATED ALWAYS AS IDENTITY, position bigint);
             CREATE TABLE ${name}_count (count bigint); INSERT INTO ${name}_count VALUES (0)`,
    types: ['Noticed'],
    batch: 3,
    async apply(events, tx, tables) {
      const positions = events.map(({ position }) => position);
      await tx.query(`INSERT INTO ${tables[`${name}_seen`]} (position) SELECT unnest($1::bigint[])`, [
        positions,
      ]);
      await tx.query(`UPDATE ${tables[`${name}_count`]} SET count = count + $1`, [events.length]);
    },
  });
}

/** What is wrong with the tables that readers see. */
export async function judge({ pool }: World, name: string): Promise<string[]> {
  const { rows } = await pool.query(
    `SELECT (SELECT array_agg(position ORDER BY nth) FROM ${name}_seen)::text AS seen,
            (SELECT array_agg(position ORDER BY position) FROM banyan_events.events WHERE type = 'Noticed')::text AS events,
            (SELECT count FROM ${name}_count)::int AS counted,
            (SELECT count(*) FROM banyan_events.events WHERE type = 'Noticed')::int AS count`,
  );
  const { seen, events, counted, count } = rows[0];
  if (seen !== events) return [`${name}: has ${seen}, but there are ${events}`];
  return counted === count ? [] : [`${name}: counted ${counted}, but there are ${count}`];
}
