import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { quoteIdent } from './quote.ts';
import { connectionConfig } from './settings.ts';

export type ListeningOptions = {
  url: string;
  channels: readonly string[];
  applicationName: string;
  /** Of each NOTIFY on one of the channels. */
  hear(channel: string, payload: string): void;
  /** It is open again: what was told meanwhile was missed. Not called of the first time, before which nothing can be missed. */
  reopened(): void;
  /** What else the connection is for, e.g. locks that live as long as it does; when this throws, it is given up and opened again. */
  opened?(client: pg.Client): Promise<void>;
  onError?(error: Error): void;
  /** Between two tries to open it again at most, ms: 100 at first, twice as long each time. Default: 5,000. */
  mostPauseMs?: number;
};

export type Listening = {
  /** Once the first try to open it has ended: the error if it failed, in which case it goes on trying. */
  firstTry: Promise<Error | undefined>;
  close(): Promise<void>;
};

const FIRST_PAUSE_MS = 100;

/** Hears what is committed with NOTIFY, on a connection of its own that is opened again when it dies, until it is closed. Keeps no process alive while it waits for that. */
export function keepListening({
  url,
  channels,
  applicationName,
  hear,
  reopened,
  opened,
  onError = () => {},
  mostPauseMs = 5_000,
}: ListeningOptions): Listening {
  const closing = new AbortController();
  const { signal } = closing;
  const firstTry = Promise.withResolvers<Error | undefined>();
  let client: pg.Client | undefined;
  let failures = 0;
  const running = run();
  return {
    firstTry: firstTry.promise,
    async close() {
      closing.abort();
      await client?.end().catch(() => {});
      await running;
    },
  };

  async function run(): Promise<void> {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const next = newClient();
      try {
        const ended = new Promise<void>((resolve) => next.once('end', resolve));
        await open(next);
        firstTry.resolve(undefined);
        if (!isFirst) reopened();
        if (!signal.aborted) await ended;
      } catch (error) {
        firstTry.resolve(error as Error);
        onError(error as Error);
      }
      await next.end().catch(() => {});
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures++, mostPauseMs);
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  function newClient(): pg.Client {
    const next = new pg.Client({
      ...connectionConfig(url, {}),
      application_name: applicationName,
      keepAlive: true,
    });
    next.on('error', onError);
    next.on('notification', ({ channel, payload = '' }) => hear(channel, payload));
    return next;
  }

  async function open(next: pg.Client): Promise<void> {
    await next.connect();
    client = next;
    await next.query(channels.map((name) => `LISTEN ${quoteIdent(name)}`).join('; '));
    await opened?.(next);
    failures = 0;
  }
}
