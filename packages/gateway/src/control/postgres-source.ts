import { createPool, keepListening, type Listening } from '@banyan/postgres';
import type pg from 'pg';
import { abortFence } from './fence.ts';
import { KeyLookupClient } from './key-lookup-client.ts';
import { OutcomeWindows, WINDOW_MS, type WindowRow } from './outcome-windows.ts';
import { pinStore } from './pin-store.ts';
import { ReplicationWaiter } from './replication-waiter.ts';
import { addRouteKeys } from './route-keys.ts';
import type { ControlSource, FailedRequest, Fence, OutcomeReport, RouteTable } from './route-table.ts';
import { CHANNEL } from './schema.ts';

export type PostgresSourceOptions = {
  /** The control database. */
  url: string;
  /** Unique among workers, and new for each life of one: a lease of the dead must not speak for the living. */
  workerId: string;
  /** Where the applier listens, e.g. http://127.0.0.1:4801; null when no route settles. */
  settleUrl: string | null;
  /** Bearer token for it. */
  token: string;
  /** Default 3,000. */
  leaseMs?: number;
};

/** How long a worker's lease holds unless it is said otherwise, ms. */
export const LEASE_MS = 3_000;

/** A table that was published while the connection was away is late by so much at most. */
const RECONNECT_MS = 100;

/** The control plane's tables as a source. Throws nothing by itself: each call rejects while the database is away. */
export function postgresSource(options: PostgresSourceOptions): ControlSource {
  const { url, workerId, settleUrl, token, leaseMs = LEASE_MS } = options;
  const pool = createPool(url, {
    max: 4,
    applicationName: `banyan-gateway ${workerId}`,
    statementTimeoutMs: 2_000,
  });
  const settler = settleUrl === null ? null : new ReplicationWaiter(settleUrl, token);
  const lookups = settleUrl === null ? null : new KeyLookupClient(settleUrl, token);
  const windows = new OutcomeWindows();
  let listening: Listening | undefined;
  let table: RouteTable | null = null;

  return {
    async load() {
      const { rows } = await pool.query(LOAD, [table?.version ?? -1]);
      const row = rows[0] as { version: string | null; body: RouteTable | null; fences: Fence[] };
      if (table !== null && Number(row.version) < table.version)
        throw new Error(
          `the control database's newest route table is ${row.version ?? 0}, and this worker goes by ${table.version}: it was restored from an older backup`,
        );
      if (row.body !== null) table = row.body;
      if (table === null) throw new Error('no route table has been published yet');
      return { table, fences: row.fences };
    },
    async subscribe(onChange) {
      const opening = keepListening({
        url,
        channels: [CHANNEL],
        applicationName: `banyan-gateway-listen ${workerId}`,
        hear: (_channel, payload) => {
          if (payload !== 'ack') onChange();
        },
        reopened: onChange,
        mostPauseMs: RECONNECT_MS,
      });
      const failed = await opening.firstTry;
      if (failed) {
        await opening.close();
        throw failed;
      }
      listening = opening;
    },
    async ackFence(fenceId, inFlight) {
      await pool.query(ACK, [fenceId, workerId, inFlight]);
    },
    abortFence: (fenceId) => abortFence(pool, fenceId),
    async heartbeat(version, unhealthy) {
      await pool.query(HEARTBEAT, [workerId, leaseMs, version, storable(unhealthy)]);
      return { leaseMs };
    },
    async settle(waves, timeoutMs) {
      if (waves.length === 0) return true;
      if (settler === null) return false;
      return settler.settle(waves, timeoutMs);
    },
    async lookup(question, timeoutMs) {
      if (lookups === null) return { state: 'unclear' };
      return lookups.ask(question, timeoutMs);
    },
    async reportOutcomes({ outcomes, failures, keys, routeKeys }) {
      if (outcomes.length > 0) await writeEvidence(pool, workerId, windows.add(outcomes, Date.now()));
      if (failures.length > 0) await writeFailures(pool, failures);
      if (keys.length > 0) await addKeys(pool, keys);
      if (routeKeys.length > 0) await addRouteKeys(pool, routeKeys);
    },
    async storeMismatch({ service, route, version, at, curl, differences, answers }) {
      await pool.query(
        `INSERT INTO control.mismatches (service, route, version, at, curl, differences, answers)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [service, route, version, at, curl, storable(differences), storable(answers)],
      );
    },
    pins: pinStore(pool, workerId, leaseMs),
    async close() {
      await listening?.close();
      await pool.query('DELETE FROM control.workers WHERE id = $1', [workerId]).catch(() => {});
      await pool.end();
      await settler?.close();
      await lookups?.close();
    },
  };
}

/** One statement, so one snapshot: a table is never seen without the fence that its commit closed. */
const LOAD = `
  SELECT newest.version, CASE WHEN newest.version > $1 THEN newest.body END AS body,
         coalesce((SELECT jsonb_agg(jsonb_build_object(
             'id', id, 'service', service, 'fromShare', from_share, 'toShare', to_share,
             'remainingMs', extract(epoch FROM deadline - clock_timestamp()) * 1000))
           FROM control.fences WHERE state = 'holding'), '[]') AS fences
    FROM (SELECT 1) one
    LEFT JOIN (SELECT version, body FROM control.route_tables ORDER BY version DESC LIMIT 1) newest ON true`;

const ACK = `
  WITH acked AS (
    INSERT INTO control.fence_acks (fence_id, worker_id, in_flight) VALUES ($1, $2, $3)
    ON CONFLICT (fence_id, worker_id) DO NOTHING RETURNING fence_id
  )
  SELECT pg_notify('${CHANNEL}', 'ack') FROM acked`;

const HEARTBEAT = `
  INSERT INTO control.workers (id, lease_until, version, unhealthy, pins_seen)
  VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond', $3, $4, 0)
  ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until, version = excluded.version,
    unhealthy = excluded.unhealthy`;

async function writeEvidence(pool: pg.Pool, workerId: string, rows: readonly WindowRow[]): Promise<void> {
  const list = rows.map((row) => ({ ...row, starts: new Date(row.starts).toISOString() }));
  await pool.query(
    `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes)
     SELECT service, $3, starts, version, $2, outcomes
       FROM json_to_recordset($1) AS row(service text, starts timestamptz, version bigint, outcomes json)
     ON CONFLICT (span_ms, starts, service, version, worker_id) DO UPDATE
       SET outcomes = excluded.outcomes, told_at = clock_timestamp()`,
    [JSON.stringify(list), workerId, WINDOW_MS],
  );
}

async function writeFailures(pool: pg.Pool, failures: readonly FailedRequest[]): Promise<void> {
  await pool.query(
    `INSERT INTO control.failures (service, route, side, method, reason, at)
     SELECT service, route, side, method, reason, at FROM jsonb_to_recordset($1)
            AS row(service text, route text, side text, method text, reason text, at timestamptz)`,
    [storable(failures)],
  );
}

async function addKeys(pool: pg.Pool, keys: OutcomeReport['keys']): Promise<void> {
  await pool.query(
    `INSERT INTO control.keys_seen AS seen (service, buckets)
     SELECT service, buckets FROM jsonb_to_recordset($1) AS row(service text, buckets bit(10000)) ORDER BY service
     ON CONFLICT (service) DO UPDATE SET buckets = seen.buckets | excluded.buckets
     WHERE seen.buckets <> seen.buckets | excluded.buckets`,
    [JSON.stringify(keys)],
  );
}

/** JSON that jsonb takes: it has no NUL characters. */
function storable(value: unknown): string {
  return JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');
}
