import { keepListening, type Listening } from '@banyan/postgres';
import type { PartHost, ServicePart, StartedPart } from '../parts/part.ts';

/** What one process of a service commits, and all of them hear of. */
export type Signals<Signal extends string> = {
  /** Called at each signal, and once with no payload whenever some may have been missed. Returns what ends it. */
  on(signal: Signal, hear: (payload: string | undefined) => void): () => void;
};

/**
 * Hears what is committed with NOTIFY by these names, on a connection of its own that is opened again when it dies: a part of a service, for
 * what is to be done or told at once.
 */
export function signals<const Signal extends string>(...names: Signal[]): ServicePart<Signals<Signal>> {
  return { start: async (host) => startSignals(host, names) };
}

function startSignals<Signal extends string>(
  { databaseUrl, log, service }: PartHost<unknown>,
  names: readonly Signal[],
): StartedPart<Signals<Signal>> {
  const listeners = new Map<string, Set<(payload: string | undefined) => void>>(
    names.map((signal) => [signal, new Set()]),
  );
  const tellMissed = () => {
    for (const each of listeners.values()) for (const hear of each) hear(undefined);
  };
  let listening: Listening | undefined;
  return {
    provided: {
      on: (signal, hear) => {
        listeners.get(signal)!.add(hear);
        return () => void listeners.get(signal)!.delete(hear);
      },
    },
    open: async () => {
      listening = keepListening({
        url: databaseUrl,
        channels: names,
        applicationName: `${service} signals`,
        hear: (channel, payload) => {
          for (const hear of listeners.get(channel) ?? []) hear(payload);
        },
        reopened: tellMissed,
        onError: (err) => log.warn({ err }, 'the connection for signals has a problem'),
      });
      // Others hear already, and the service goes on opening meanwhile.
      void listening.firstTry.then((failed) => failed ?? tellMissed());
    },
    close: async () => await listening?.close(),
  };
}
