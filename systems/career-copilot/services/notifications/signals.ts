import { setTimeout as delay } from 'node:timers/promises';
import type { ServicePart } from '@banyan/service';
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
  async start({ databaseUrl, log, service }) {
    const listeners = new Map<Signal, Set<(payload: string | undefined) => void>>(
      SIGNALS.map((signal) => [signal, new Set()]),
    );
    const closing = new AbortController();
    const { signal: closed } = closing;
    let running = Promise.resolve();

    async function listen(): Promise<void> {
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

    async function goOn(): Promise<void> {
      while (!closed.aborted) {
        await listen().catch((err: unknown) => log.warn({ err }, 'cannot listen to signals'));
        await delay(RETRY_MS, undefined, { signal: closed }).catch(() => {});
      }
    }

    return {
      provided: {
        on: (signal, hear) => {
          listeners.get(signal)!.add(hear);
          return () => void listeners.get(signal)!.delete(hear);
        },
      },
      open: async () => {
        running = goOn();
      },
      close: async () => {
        closing.abort();
        await running;
      },
    };
  },
};

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
