import { quoteIdent } from '@banyan/postgres';
import pg from 'pg';

export type Wake = {
  /** Resolves at the next announcement, or after `ms`. */
  next(ms: number): Promise<void>;
  close(): Promise<void>;
};

/**
 * Of what gateway workers tell each other, which is nothing to anybody else: of a reader whose writes are slow to arrive it comes with each
 * write. Who waits for acknowledgements listens by himself.
 */
const AMONG_GATEWAYS: ReadonlySet<string> = new Set(['pins', 'ack']);

/**
 * Waits for a NOTIFY (on `banyan`, unless another channel is named) on a connection of its own. When the connection dies it is opened again; until then the
 * caller's own tick (`ms`) is what wakes it, so nothing depends on a notification arriving.
 */
export async function listenForChanges(
  url: string,
  applicationName: string,
  channel = 'banyan',
): Promise<Wake> {
  let closed = false;
  let pending = false;
  let wake: (() => void) | null = null;
  let client: pg.Client | null = null;

  await connect();
  return {
    next(ms) {
      if (pending) {
        pending = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(done, ms);
        wake = done;
        function done() {
          clearTimeout(timer);
          wake = null;
          pending = false;
          resolve();
        }
      });
    },
    async close() {
      closed = true;
      wake?.();
      await client?.end().catch(() => {});
    },
  };

  async function connect(): Promise<void> {
    if (closed) return;
    const candidate = new pg.Client({ connectionString: url, application_name: applicationName });
    candidate.on('notification', ({ payload }) => {
      if (AMONG_GATEWAYS.has(payload ?? '')) return;
      pending = true;
      wake?.();
    });
    candidate.on('error', () => {});
    candidate.on('end', () => {
      if (!closed) setTimeout(() => void connect(), 200).unref();
    });
    try {
      await candidate.connect();
      await candidate.query(`LISTEN ${quoteIdent(channel)}`);
      client = candidate;
    } catch {
      await candidate.end().catch(() => {});
    }
  }
}
