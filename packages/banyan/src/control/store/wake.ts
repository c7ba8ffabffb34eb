import { keepListening } from '@banyan/postgres';

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
 * Waits for a NOTIFY (on `banyan`, unless another channel is named) on a connection of its own. When the connection dies it is opened again, which
 * wakes its caller; until then the caller's own tick (`ms`) does, so nothing depends on a notification arriving.
 */
export async function listenForChanges(
  url: string,
  applicationName: string,
  channel = 'banyan',
): Promise<Wake> {
  let pending = false;
  let wake: (() => void) | null = null;
  const ring = () => {
    pending = true;
    wake?.();
  };
  const listening = keepListening({
    url,
    channels: [channel],
    applicationName,
    hear: (_channel, payload) => {
      if (!AMONG_GATEWAYS.has(payload)) ring();
    },
    reopened: ring,
    mostPauseMs: 200,
  });
  await listening.firstTry;
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
      wake?.();
      await listening.close();
    },
  };
}
