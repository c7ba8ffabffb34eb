import { pruneRecords } from '@banyan/banyan/operate';
import { prune, rollUp, toStored } from '@banyan/gateway';
import type pg from 'pg';
import { outcomesOf, SERVICES, WORKERS } from './system.ts';

const WINDOW_MS = 2_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const VACUUM_HOURS = 6;

/** Minutes are kept for two hours: of older hours only the last day's are written minute by minute. */
const HOURS_BY_MINUTES = 26;

/**
 * So many hours of evidence until `end`, hour by hour as time would have brought them: its minutes are written, before the
 * last day its hour as the roll-up leaves it, and the controller's housekeeping runs with the clock of that hour. Mismatches,
 * failures, steps, fences and route tables gather meanwhile. An hour passes in a fraction of a second here, so what
 * autovacuum does in one is done by hand.
 */
export async function live(pool: pg.Pool, hours: number, end: number): Promise<void> {
  for (let hour = hours; hour > 0; hour--) {
    const starts = end - hour * HOUR_MS;
    if (hour > HOURS_BY_MINUTES) await writeSpans(pool, { starts, spanMs: HOUR_MS });
    else await writeSpans(pool, { starts, spanMs: MINUTE_MS });
    await gather(pool, starts);
    while (!(await rollUp(pool, starts + HOUR_MS))) {}
    while (!(await prune(pool, new Date(starts + HOUR_MS)))) {}
    while (!(await pruneRecords(pool))) {}
    if (hour % VACUUM_HOURS === 0) await pool.query('VACUUM');
  }
  await pool.query('VACUUM');
  await writeLastMinute(pool, end);
}

/** The short spans of each worker that no roll-up has summed yet. */
async function writeLastMinute(pool: pg.Pool, end: number): Promise<void> {
  await pool.query(
    `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes)
     SELECT service, $1, at, 1, 'past-' || worker, outcomes
       FROM json_to_recordset($2) AS doc(service text, outcomes json), generate_series(1, $3) AS worker,
            generate_series($4::timestamptz, $5::timestamptz, interval '2 seconds') AS at`,
    [
      WINDOW_MS,
      JSON.stringify(documentsOf(2, 1)),
      WORKERS,
      new Date(end),
      new Date(end + MINUTE_MS - WINDOW_MS),
    ],
  );
}

function documentsOf(seconds: number, workers: number): object[] {
  return Array.from({ length: SERVICES }, (_, service) => ({
    service: `service${service}`,
    outcomes: outcomesOf(service, seconds, workers).map(toStored),
  }));
}

/** What is counted in the hour from `starts` on, in spans of this length. */
async function writeSpans(
  pool: pg.Pool,
  { starts, spanMs }: { starts: number; spanMs: number },
): Promise<void> {
  await pool.query(
    `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes)
     SELECT service, $1, at, 1, '', outcomes
       FROM json_to_recordset($2) AS doc(service text, outcomes json),
            generate_series($3::timestamptz, $4::timestamptz, $1 * interval '1 millisecond') AS at
     ON CONFLICT DO NOTHING`,
    [
      spanMs,
      JSON.stringify(documentsOf(spanMs / 1000, WORKERS)),
      new Date(starts),
      new Date(starts + HOUR_MS - spanMs),
    ],
  );
}

async function gather(pool: pg.Pool, at: number): Promise<void> {
  await pool.query(
    `INSERT INTO control.mismatches (service, route, version, at, curl, differences, answers)
     SELECT 'service' || n, 'GET /route' || n || '/:id', 1, $1, 'curl', '[]', '{}' FROM generate_series(0, 13) AS n`,
    [new Date(at)],
  );
  await pool.query(
    `INSERT INTO control.failures (service, route, side, method, reason, at)
     SELECT 'service' || n, 'GET /route' || n || '/:id', 'service', 'GET', 'timeout', $1 FROM generate_series(0, 29) AS n`,
    [new Date(at)],
  );
  await pool.query(
    `INSERT INTO control.steps (service, from_what, to_what, reason, outcome, ended_at)
     SELECT 'service' || n, 'canary 10%', 'canary 50%', 'evidence is good', 'done', now() FROM generate_series(0, 4) AS n`,
  );
  await pool.query(
    `INSERT INTO control.fences (service, from_share, to_share, state, deadline, decided_at)
     SELECT 'service' || n, 1000, 5000, 'committed', $1, $1 FROM generate_series(0, 4) AS n`,
    [new Date(at)],
  );
  await pool.query(
    `INSERT INTO control.route_tables (version, body)
     SELECT version + n, jsonb_set(body, '{version}', to_jsonb(version + n))
       FROM (SELECT * FROM control.route_tables ORDER BY version DESC LIMIT 1) AS newest, generate_series(1, 5) AS n`,
  );
  await pool.query(
    `INSERT INTO control.verifications (service, repair, state)
     SELECT 'service' || n, false, 'done' FROM generate_series(0, 29) AS n`,
  );
}
