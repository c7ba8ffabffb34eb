import type { Connection, ResponseHandler } from './connection.ts';
import type { Origin } from './origin.ts';

/** Asks once; null when the answer is 2xx or 3xx and comes within `timeoutMs`, else what is wrong. Never rejects. */
export function probe(origin: Origin, path: string, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    let unwell: string | null = `GET ${path} has no answer`;
    const handler: ResponseHandler = {
      connection: null as Connection | null,
      onSent() {},
      onHead(status) {
        unwell = status >= 200 && status < 400 ? null : `GET ${path} answers ${status}`;
      },
      onData() {},
      onEnd: () => resolve(unwell),
      onError: ({ message }) => resolve(`GET ${path} has no answer: ${message}`),
    };
    const headers = ['host', new URL(origin.url).host, 'user-agent', 'banyan-gateway'];
    origin.send(
      { method: 'GET', path, headers, body: null, client: '', timeoutMs, abandonedWriteMs: 0 },
      handler,
    );
  });
}
