import { EventEmitter, on } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { parseExport, type ReceivedSpan } from '../otlp-json.ts';

export type { ReceivedSpan } from '../otlp-json.ts';

export type OtlpReceiver = {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  /** All spans received so far, in the order in which they came. */
  spans(): readonly ReceivedSpan[];
  /** What did not keep to the protocol; each of these was answered with 400. */
  violations(): readonly string[];
  /** The spans once `enough` says so. Throws after `withinMs`, naming the spans that there are. */
  until(
    enough: (spans: readonly ReceivedSpan[]) => boolean,
    withinMs?: number,
  ): Promise<readonly ReceivedSpan[]>;
  close(): Promise<void>;
};

/**
 * A test double of an OpenTelemetry collector: takes traces by OTLP/HTTP as JSON (`POST /v1/traces`), refuses whatever does
 * not keep to the protocol (paths, content type, ids, times, kinds, attribute values), and keeps the spans for the test.
 * It does not take OTLP's protobuf form.
 */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const violations: string[] = [];
  const arrivals = new EventEmitter();
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    try {
      spans.push(...parseExport(await bodyOf(request)));
      response.end('{}');
    } catch (error) {
      const message = (error as Error).message;
      violations.push(message);
      response.writeHead(400).end(JSON.stringify({ code: 3, message }));
    }
    arrivals.emit('export');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => spans,
    violations: () => violations,
    until: async (enough, withinMs = 20_000) => {
      if (enough(spans)) return spans;
      try {
        for await (const _ of on(arrivals, 'export', { signal: AbortSignal.timeout(withinMs) })) {
          if (enough(spans)) return spans;
        }
      } catch (cause) {
        const names = spans.map(({ service, name }) => `${service}: ${name}`).join(', ');
        throw new Error(`The spans waited for did not come; there are: ${names || 'none'}`, { cause });
      }
      return spans;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method, url, headers } = request;
  if (method !== 'POST' || url !== '/v1/traces') throw new Error(`${method} ${url} is not POST /v1/traces`);
  if (headers['content-type'] !== 'application/json') {
    throw new Error(`content-type ${headers['content-type']} is not application/json`);
  }
  const body = Buffer.concat(chunks);
  return JSON.parse((headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8'));
}
