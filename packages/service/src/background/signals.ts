import { quoteIdent } from '@banyan/postgres';
import pg from 'pg';
import type { PartHost, ServicePart, StartedPart } from '../parts/part.ts';
import { repeatedWork } from './repeated-work.ts';

/** What one process of a service commits, and all of them hear of. */
export type Signals<Signal extends string> = {
  /** Called at each signal, and once with no payload whenever some may have been missed. Returns what ends it. */
  on(signal: Signal, hear: (payload: string | undefined) => void): () => void;
};

const RETRY_MS = 1_000;

/**
 * Hears what is committed with NOTIFY by these names, on a connection of its own that is opened again when it dies: a part of a service, for
 * what is to be done or told at once.
 */
export function signals<const Signal extends string>(...names: Signal[]): ServicePart<Signals<Signal>> {
  return { start: (host) => startSignals(host, names) };
}

async function startSignals<Signal extends string>(
  host: PartHost<unknown>,
  names: readonly Signal[],
): Promise<StartedPart<Signals<Signal>>> {
  const { databaseUrl, log, service } = host;
  const listeners = new Map<string, Set<(payload: string | undefined) => void>>(
    names.map((signal) => [signal, new Set()]),
  );

  async function listen(closed: AbortSignal): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl, application_name: `${service} signals` });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (err) => log.warn({ err }, 'the connection for signals has a problem'));
    client.on('notification', ({ channel, payload }) => {
      for (const hear of listeners.get(channel) ?? []) hear(payload);
    });
    try {
      await client.connect();
      await client.query(names.map((name) => `LISTEN ${quoteIdent(name)}`).join('; '));
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
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
