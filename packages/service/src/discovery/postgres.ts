import { readFile } from 'node:fs/promises';
import { applySchema, createPool } from '@banyan/postgres';
import pg from 'pg';
import type { Instance, Registry } from './discovery.ts';

/** A change of instances is announced here, with the service's name. */
const CHANNEL = 'banyan_discovery';
/** A registry that does not answer for so long is away, ms. */
const ANSWER_MS = 5_000;
/** Looked at so often at least, ms: also finds out that the server is gone without a word. */
const LOOK_MS = 10_000;

/**
 * Registry in a PostgreSQL database that all services reach. Leases are rows and end by the server's clock; changes are
 * announced by NOTIFY; the end of a lease is looked for when the next one is due. Brings its table there itself.
 */
export function postgresRegistry(url: string): Registry {
  const pool = createPool(url, {
    max: 2,
    applicationName: 'banyan-discovery',
    statementTimeoutMs: ANSWER_MS,
  });
  let ready: Promise<unknown> | undefined;
  const prepared = async () => {
    ready ??= readFile(new URL('./schema.sql', import.meta.url), 'utf8').then((sql) =>
      applySchema(pool, { name: 'banyan_discovery', sql }),
    );
    // The next question tries again.
    await ready.catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
  };

  let listening: Promise<Listener> | undefined;
  const listener = async (): Promise<Listener> => {
    const current = listening;
    const open = await current?.catch(() => undefined);
    if (open && !open.lost()) return open;
    // Of several who find it lost, the first opens the next one for all.
    if (listening === current) listening = openListener(url);
    return await listening!;
  };

  return {
    async register({ id, service, url: at }, leaseMs) {
      await prepared();
      await pool.query(REGISTER, [id, service, at, leaseMs, CHANNEL]);
    },
    async renew({ id }, leaseMs) {
      const { rowCount } = await pool.query(RENEW, [id, leaseMs]);
      return rowCount === 1;
    },
    async deregister({ id }) {
      await pool.query(DEREGISTER, [id, CHANNEL]);
    },
    async follow(service, seen, signal) {
      await prepared();
      await followRows(await listener(), service, seen, signal);
    },
    async close() {
      await (await listening?.catch(() => undefined))?.client.end().catch(() => {});
      await pool.end();
    },
  };
}

/** Old rows are swept here: whoever was killed cannot do it. Announced only if it is news. */
const REGISTER = `
  WITH swept AS (
    DELETE FROM banyan_discovery.instances WHERE expires_at < clock_timestamp() - interval '1 hour' AND id <> $1
  ), before AS (
    SELECT 1 FROM banyan_discovery.instances
    WHERE id = $1 AND service = $2 AND url = $3 AND expires_at > clock_timestamp()
  ), written AS (
    INSERT INTO banyan_discovery.instances (id, service, url, expires_at)
    VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond')
    ON CONFLICT (id) DO UPDATE
      SET service = excluded.service, url = excluded.url, expires_at = excluded.expires_at
    RETURNING service
  )
  SELECT pg_notify($5, service) FROM written WHERE NOT EXISTS (SELECT FROM before)`;

const RENEW = `
  UPDATE banyan_discovery.instances SET expires_at = clock_timestamp() + $2 * interval '1 millisecond'
  WHERE id = $1 AND expires_at > clock_timestamp()`;

const DEREGISTER = `
  WITH gone AS (DELETE FROM banyan_discovery.instances WHERE id = $1 RETURNING service)
  SELECT pg_notify($2, service) FROM gone`;

const LIVE = `
  SELECT id, service, url, 1000 * extract(epoch FROM expires_at - clock_timestamp()) AS left_ms
  FROM banyan_discovery.instances WHERE service = $1 AND expires_at > clock_timestamp()`;

/** Ends by rejecting when the connection is lost. */
async function followRows(
  listener: Listener,
  service: string,
  seen: (instances: Instance[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const news = createBell();
  const unsubscribe = listener.subscribe(service, news.ring);
  signal.addEventListener('abort', news.ring);
  try {
    while (!signal.aborted) {
      const { rows } = await listener.client.query<Instance & { left_ms: string }>(LIVE, [service]);
      seen(rows.map(({ id, service, url }) => ({ id, service, url })));
      const nextLapse = Math.min(...rows.map(({ left_ms }) => Number(left_ms)));
      await news.wait(Math.min(LOOK_MS, Math.max(1, Math.ceil(nextLapse) + 1)));
      const lost = listener.lost();
      if (lost && !signal.aborted) throw lost;
    }
  } finally {
    signal.removeEventListener('abort', news.ring);
    unsubscribe();
  }
}

/** The one connection on which a process hears of changes, whatever services it follows. */
type Listener = {
  client: pg.Client;
  subscribe(service: string, ring: () => void): () => void;
  lost(): Error | undefined;
};

async function openListener(url: string): Promise<Listener> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'banyan-discovery-listen',
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  });
  const subscribers = new Set<{ service: string; ring: () => void }>();
  let lost: Error | undefined;
  const lose = (error?: Error) => {
    lost ??= error ?? new Error('the connection was lost');
    for (const { ring } of subscribers) ring();
  };
  client.on('error', lose);
  client.on('end', () => lose());
  client.on('notification', ({ payload }) => {
    for (const { service, ring } of subscribers) if (service === payload) ring();
  });
  try {
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return {
    client,
    lost: () => lost,
    subscribe(service, ring) {
      const subscriber = { service, ring };
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
  };
}

/** Lets one wait until something rings or time is over. A ring in between is not lost. */
function createBell() {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    async wait(ms: number): Promise<void> {
      if (!rung) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
        wake = undefined;
      }
      rung = false;
    },
  };
}
