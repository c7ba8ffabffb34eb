import { createPool } from '@banyan/postgres';
import pg from 'pg';
import type { ControlSource, Fence, RouteTable } from '../route-table.ts';
import { abortFence } from './fence.ts';
import { type OutcomeRow, OutcomeWindows } from './outcome-windows.ts';
import { CHANNEL } from './schema.ts';
import { SettleClient } from './settle-client.ts';

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

const KEEP_OUTCOMES = '48 hours';
const KEEP_MISMATCHES = 10_000;
const PRUNE_MS = 600_000;
const RECONNECT_MS = 100;

/** The control plane's tables as a source. Throws nothing by itself: each call rejects while the database is away. */
export function postgresSource(options: PostgresSourceOptions): ControlSource {
  const { url, workerId, settleUrl, token, leaseMs = 3_000 } = options;
  const pool = createPool(url, {
    max: 4,
    applicationName: `banyan-gateway ${workerId}`,
    statementTimeoutMs: 2_000,
  });
  const settler = settleUrl === null ? null : new SettleClient(settleUrl, token);
  const windows = new OutcomeWindows();
  const listener = new Listener(url, workerId);
  let table: RouteTable | null = null;
  let prunedAt = performance.now();

  return {
    async load() {
      const { rows } = await pool.query(LOAD, [table?.version ?? -1]);
      const row = rows[0] as { version: string | null; body: RouteTable | null; fences: Fence[] };
      if (row.body !== null) table = row.body;
      if (table === null) throw new Error('no route table has been published yet');
      return { table, fences: row.fences };
    },
    subscribe: (onChange) => listener.start(onChange),
    async ackFence(fenceId, inFlight) {
      await pool.query(ACK, [fenceId, workerId, inFlight]);
    },
    abortFence: (fenceId) => abortFence(pool, fenceId),
    async heartbeat(version) {
      await pool.query(HEARTBEAT, [workerId, leaseMs, version]);
      return { leaseMs };
    },
    async settle(waves, timeoutMs) {
      if (waves.length === 0) return true;
      if (settler === null) return false;
      return settler.settle(waves, timeoutMs);
    },
    async reportOutcomes(batch) {
      await writeOutcomes(pool, workerId, windows.add(batch, Date.now()));
      if (performance.now() - prunedAt < PRUNE_MS) return;
      prunedAt = performance.now();
      await prune(pool);
    },
    async storeMismatch({ service, route, version, at, curl, differences, answers }) {
      await pool.query(
        `INSERT INTO control.mismatches (service, route, version, at, curl, differences, answers)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [service, route, version, at, curl, storable(differences), storable(answers)],
      );
    },
    async close() {
      await listener.stop();
      await pool.query('DELETE FROM control.workers WHERE id = $1', [workerId]).catch(() => {});
      await pool.end();
      await settler?.close();
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
  INSERT INTO control.workers (id, lease_until, version)
  VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond', $3)
  ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until, version = excluded.version`;

async function writeOutcomes(pool: pg.Pool, workerId: string, rows: readonly OutcomeRow[]): Promise<void> {
  const list = rows.map(({ windowStart, ...row }) => ({ ...row, window_start: windowStart.toISOString() }));
  await pool.query(
    `INSERT INTO control.outcomes (service, route, side, version, window_start, worker_id,
                                   requests, failures, rescued, compared, mismatched, latency)
     SELECT service, route, side, version, window_start, $2,
            requests, failures, rescued, compared, mismatched, latency
       FROM jsonb_to_recordset($1) AS row(service text, route text, side text, version bigint,
            window_start timestamptz, requests bigint, failures bigint, rescued bigint, compared bigint,
            mismatched bigint, latency jsonb)
     ON CONFLICT (service, window_start, route, side, version, worker_id) DO UPDATE
       SET requests = excluded.requests, failures = excluded.failures, rescued = excluded.rescued,
           compared = excluded.compared, mismatched = excluded.mismatched, latency = excluded.latency`,
    [JSON.stringify(list), workerId],
  );
}

async function prune(pool: pg.Pool): Promise<void> {
  await pool.query('DELETE FROM control.outcomes WHERE window_start < now() - $1::interval', [KEEP_OUTCOMES]);
  await pool.query(
    'DELETE FROM control.mismatches WHERE id <= (SELECT max(id) FROM control.mismatches) - $1',
    [KEEP_MISMATCHES],
  );
  await pool.query(`DELETE FROM control.workers WHERE lease_until < now() - interval '1 hour'`);
  await pool.query(`DELETE FROM control.fences WHERE decided_at < now() - interval '7 days'`);
}

/** JSON that jsonb takes: it has no NUL characters. */
function storable(value: unknown): string {
  return JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');
}

/** LISTEN on a connection of its own, opened again when it dies; each time it is open again counts as a change. */
class Listener {
  readonly #url: string;
  readonly #name: string;
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #onChange = () => {};

  constructor(url: string, workerId: string) {
    this.#url = url;
    this.#name = `banyan-gateway-listen ${workerId}`;
  }

  async start(onChange: () => void): Promise<void> {
    this.#onChange = onChange;
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: this.#name,
      keepAlive: true,
    });
    client.on('error', () => {});
    client.on('notification', ({ payload }) => {
      if (payload !== 'ack') this.#onChange();
    });
    client.once('end', () => this.#lost(client));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#client = client;
    } catch (error) {
      client.removeAllListeners('end');
      void client.end().catch(() => {});
      throw error;
    }
  }

  #lost(client: pg.Client): void {
    if (this.#stopped || this.#client !== client) return;
    this.#client = null;
    this.#retry();
  }

  #retry(): void {
    this.#timer = setTimeout(() => {
      this.#connect().then(this.#onChange, () => {
        if (!this.#stopped) this.#retry();
      });
    }, RECONNECT_MS);
    this.#timer.unref();
  }
}
