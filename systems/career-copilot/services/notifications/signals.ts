import { repeatedWork, type ServicePart } from '@banyan/service';
import pg from 'pg';

/** What one process of this service commits, and all of them hear of. */
const SIGNALS = ['notifications_deliveries', 'notifications_feed'] as const;
type Signal = (typeof SIGNALS)[number];

export type Signals = {
  /** Called at each signal, and once with no payload whenever some may have been missed. Returns what ends it. */
  on(signal: Signal, hear: (payload: string | undefined) => void): () => void;
};

const RETRY_MS = 1_000;

/** Hears what is committed with NOTIFY, on a connection of its own that is opened again when it dies. */
export const signals: ServicePart<Signals> = {
  async start(host) {
    const { databaseUrl, log, service } = host;
    const listeners = new Map<Signal, Set<(payload: string | undefined) => void>>(
      SIGNALS.map((signal) => [signal, new Set()]),
    );

    async function listen(closed: AbortSignal): Promise<void> {
      const client = new pg.Client({ connectionString: databaseUrl, application_name: `${service} signals` });
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      client.on('error', (err) => log.warn({ err }, 'the connection for signals has a problem'));
      client.on('notification', ({ channel, payload }) => {
        for (const hear of listeners.get(channel as Signal) ?? []) hear(payload);
      });
      try {
        await client.connect();
        await client.query(SIGNALS.map((name) => `LISTEN ${name}`).join('; '));
        for (const each of listeners.values()) for (const hear of each) hear(undefined);
        await Promise.race([ended, aborted(closed)]);
      } finally {
        await client.end().catch(() => {});
      }
    }

    const work = repeatedWork(host, { 'listen to signals': { everyMs: RETRY_MS, run: listen } });
    return {
      provided: {
        on: (signal, hear) => {
          listeners.get(signal)!.add(hear);
          return () => void listeners.get(signal)!.delete(hear);
        },
      },
      ...work,
    };
  },
};

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
