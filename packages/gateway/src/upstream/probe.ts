import type { Connection, ResponseHandler } from './connection.ts';
import type { Origin } from './origin.ts';

/** Asks once; true when the answer is 2xx or 3xx and comes within `timeoutMs`. Never rejects. */
export function probe(origin: Origin, path: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let good = false;
    const handler: ResponseHandler = {
      connection: null as Connection | null,
      onSent() {},
      onHead(status) {
        good = status >= 200 && status < 400;
      },
      onData() {},
      onEnd: () => resolve(good),
      onError: () => resolve(false),
    };
    const headers = ['host', new URL(origin.url).host, 'user-agent', 'banyan-gateway'];
    origin.send({ method: 'GET', path, headers, body: null, timeoutMs }, handler);
  });
}
