import { deleteSome } from '@banyan/postgres';
import type { Queryable } from './schema.ts';

/** As many as the API shows at most. */
const MISMATCHES_PER_SERVICE = 1_000;
const FAILURES_PER_ROUTE = 20;
const ROUTE_TABLES = 100;
const FENCES = 1_000;
/** After so long a mismatch or a failure tells nothing, and its service or route may have left the plan. */
const FINDINGS_KEPT = '30 days';
const FENCES_KEPT = '7 days';
/** Far longer than a fence or a judgement of health looks back at a worker's lease. */
const WORKERS_KEPT = '1 hour';
/** Until then workers have heard that it has ended, or have counted its time themselves. */
const PINS_KEPT = '1 minute';

/**
 * Drops what nobody asks for any more, as of `now`, some rows of each table in a call. True: nothing is left to do.
 * Evidence is bounded by roll-up.ts. What a running step needs (the newest route table, an open fence or one just
 * decided, a live lease) stays whatever `now` says: those ages are judged by the database's clock too.
 */
export async function prune(db: Queryable, now: Date): Promise<boolean> {
  const done = [
    await keepNewest(db, 'mismatches', 'service', MISMATCHES_PER_SERVICE),
    await keepNewest(db, 'failures', 'service, route, side', FAILURES_PER_ROUTE),
    await dropOlder(db, 'mismatches', FINDINGS_KEPT, now),
    await dropOlder(db, 'failures', FINDINGS_KEPT, now),
    await deleteSome(db, {
      table: 'control.route_tables',
      key: 'version',
      old: 'SELECT version FROM control.route_tables WHERE version <= (SELECT max(version) FROM control.route_tables) - $1',
      values: [ROUTE_TABLES],
    }),
    await deleteSome(db, {
      table: 'control.fences',
      key: 'id',
      old: `SELECT id FROM (SELECT id, decided_at, row_number() OVER (ORDER BY decided_at DESC) AS place
                              FROM control.fences WHERE state <> 'holding') AS decided
             WHERE place > $1 OR decided_at < least($2, clock_timestamp()) - $3::interval`,
      values: [FENCES, now, FENCES_KEPT],
    }),
    await deleteSome(db, {
      table: 'control.workers',
      key: 'id',
      old: 'SELECT id FROM control.workers WHERE lease_until < least($1, clock_timestamp()) - $2::interval',
      values: [now, WORKERS_KEPT],
    }),
    await deleteSome(db, {
      table: 'control.pins',
      key: '(service, consumer)',
      old: 'SELECT service, consumer FROM control.pins WHERE until < least($1, clock_timestamp()) - $2::interval',
      values: [now, PINS_KEPT],
    }),
  ];
  return done.every(Boolean);
}

function keepNewest(db: Queryable, table: 'mismatches' | 'failures', each: string, count: number) {
  return deleteSome(db, {
    table: `control.${table}`,
    key: 'id',
    old: `SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY ${each} ORDER BY id DESC) AS place
                            FROM control.${table}) AS one WHERE place > $1`,
    values: [count],
  });
}

function dropOlder(db: Queryable, table: 'mismatches' | 'failures', kept: string, now: Date) {
  return deleteSome(db, {
    table: `control.${table}`,
    key: 'id',
    old: `SELECT id FROM control.${table} WHERE at < $1::timestamptz - $2::interval`,
    values: [now, kept],
  });
}
