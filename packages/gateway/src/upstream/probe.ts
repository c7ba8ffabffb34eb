import type { Client } from 'undici';
import type { Origin, OriginHandler } from './origin.ts';

/** Asks once; true when the answer is 2xx or 3xx and comes within `timeoutMs`. Never rejects. */
export function probe(origin: Origin, path: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let good = false;
    const handler: OriginHandler = {
      connection: null as Client | null,
      onRequestStart() {},
      onResponseStart(_controller, status) {
        good = status >= 200 && status < 400;
      },
      onResponseData() {},
      onResponseEnd() {
        origin.release(handler);
        resolve(good);
      },
      onResponseError() {
        origin.release(handler);
        resolve(false);
      },
    };
    const headers = ['user-agent', 'banyan-gateway'];
    origin.dispatch(
      { method: 'GET', path, headers, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
      handler,
    );
  });
}
